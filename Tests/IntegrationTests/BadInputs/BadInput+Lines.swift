import EventTestSupport

extension BadInput {
    /// What is no JSON, or not such JSON as can be read without loss.
    static let texts: [BadInput] = [
        .line("a word", "nonsense", gets: .parseError("found 'n' where a value was expected at byte 0")),
        .line("half an object", #"{"jsonrpc":"2.0""#, gets: .parseError("the text ends too early at byte 16")),
        .line("a comma too many", #"["a",]"#, gets: .parseError("found ']' where a value was expected at byte 5")),
        .line("quotes of another kind", "{'a':1}", gets: .parseError("found ''' where a key in quotes was expected")),
        .line("two values", "{} {}", gets: .parseError("something follows the value at byte 3")),
        .line("a key twice", #"{"a":1,"a":2}"#, gets: .parseError(#"an object has the key "a" twice at byte 7"#)),
        .line("a number with a zero before it", #"{"a":01}"#, gets: .parseError("a number is not written as JSON")),
        .line("NaN", #"{"a":NaN}"#, gets: .parseError("found 'N' where a value was expected at byte 5")),
        .line(
            "a control character",
            "{\"a\":\"\u{1}\"}",
            gets: .parseError("unescaped control character byte 1 at byte 6")
        ),
        .line(
            "an escape that there is not",
            #"{"a":"\x"}"#,
            gets: .parseError("an escape that JSON does not know at byte 6")
        ),
        .line("half a surrogate pair", #"{"a":"\ud800"}"#, gets: .parseError("half of a surrogate pair at byte 6")),
        .line(
            "bytes that are no UTF-8",
            bytes: Array(#"{"a":""#.utf8) + [0xC3, 0x28, 0x22, 0x7D],
            gets: .parseError("at byte 6")
        ),
        .line(
            "a byte order mark",
            "\u{FEFF}{}",
            gets: .parseError("found byte 239 where a value was expected at byte 0")
        ),
        .line("a NUL", bytes: [0], gets: .parseError("found byte 0 where a value was expected at byte 0")),
        .line("TLS to a socket without it", bytes: [22, 3, 1, 2, 0], gets: .parseError("found byte 22 where a value")),
        .line("HTTP in small letters", "get / http/1.1\r", gets: .parseError("found 'g' where a value was expected")),
        .line(
            "1,000 arrays in each other",
            String(repeating: "[", count: 1_000) + String(repeating: "]", count: 1_000),
            gets: .parseError("values are nested more than 256 deep at byte 256")
        ),
        .line("a blank line", " \t\r", gets: .nothing),
    ]

    /// JSON that is no request.
    static let envelopes: [BadInput] = [
        .line("a number", "1", gets: .invalidRequest("a request is an object")),
        .line("null", "null", gets: .invalidRequest("a request is an object")),
        .line("an empty object", "{}", gets: .invalidRequest(#"jsonrpc must be "2.0""#)),
        .line("an empty batch", "[]", gets: .invalidRequest("a batch holds at least one request")),
        .line("a batch of no requests", "[1]", gets: .invalidRequest("a request is an object")),
        .line(
            "another version of JSON-RPC",
            #"{"jsonrpc":"1.0","id":1,"method":"auth.rules"}"#,
            gets: .invalidRequest(#"jsonrpc must be "2.0""#)
        ),
        .line(
            "the version as a number",
            #"{"jsonrpc":2.0,"id":1,"method":"auth.rules"}"#,
            gets: .invalidRequest(#"jsonrpc must be "2.0""#)
        ),
        .line("no method", #"{"jsonrpc":"2.0","id":1}"#, gets: .invalidRequest("method must be a string")),
        .line(
            "a method that is no text",
            #"{"jsonrpc":"2.0","id":1,"method":5}"#,
            gets: .invalidRequest("method must be a string")
        ),
        .line(
            "params that are text",
            #"{"jsonrpc":"2.0","id":1,"method":"auth.rules","params":"11"}"#,
            gets: .invalidRequest("params must be an object or an array")
        ),
        .line(
            "an id that is true",
            #"{"jsonrpc":"2.0","id":true,"method":"auth.rules"}"#,
            gets: .invalidRequest("id must be a string, a number or null")
        ),
        .line(
            "an id that is an object",
            #"{"jsonrpc":"2.0","id":{},"method":"auth.rules"}"#,
            gets: .invalidRequest("id must be a string, a number or null")
        ),
        .line("a notification of what there is not", #"{"jsonrpc":"2.0","method":"no.such"}"#, gets: .nothing),
        .line("a batch of notifications", #"[{"jsonrpc":"2.0","method":"no.such"}]"#, gets: .nothing),
        .call("a method that there is not", "auth.chek", [:], gets: .noMethod(#"There is no method "auth.chek"."#)),
        .call("a method without a name", "", [:], gets: .noMethod(#"There is no method ""."#)),
        .call("a method in capitals", "AUTH.CHECK", [:], gets: .noMethod(#"There is no method "AUTH.CHECK"."#)),
    ]

    /// More than there may be of something. The server of this table takes 200,000 bytes a message and 10 requests a batch,
    /// and waits 3 seconds for a message.
    static let excesses: [BadInput] = [
        .line(
            "a line that is too long",
            String(repeating: " ", count: 200_001),
            gets: .tooLarge("There are more than 200000 bytes in the message."),
            thenEnds: true
        ),
        .line(
            "a batch that is too large",
            "[" + [String](repeating: "1", count: 11).joined(separator: ",") + "]",
            gets: .tooLarge("There are more than 10 requests in the batch.")
        ),
        .http(
            "a body that is announced too long",
            request("POST /", ["Content-Length: 200001"], body: ""),
            413,
            gets: .tooLarge("There are more than 200000 bytes in the message."),
            thenEnds: true
        ),
        .http(
            "chunks that become too long",
            request(
                "POST /",
                ["Transfer-Encoding: chunked"],
                body: String(repeating: "10000\r\n" + String(repeating: " ", count: 65_536) + "\r\n", count: 4)
            ),
            413,
            gets: .tooLarge("There are more than 200000 bytes in the message."),
            thenEnds: true
        ),
        BadInput(
            name: "a line that stops half-way",
            sent: .lineStart(Array(#"{"jsonrpc":"#.utf8)),
            answer: .tooSlow,
            endsConnection: true
        ),
        BadInput(
            name: "a body that stops half-way",
            sent: .httpStart(Array("POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\n{".utf8)),
            status: 408,
            answer: .tooSlow,
            endsConnection: true
        ),
        BadInput(
            name: "a head that stops half-way",
            sent: .httpStart(Array("POST / HTTP/1.1\r\nContent-".utf8)),
            answer: .nothing,
            endsConnection: true
        ),
    ]
}
