import CanonicalJSON
import Testing

struct CanonicalWriterTests {
    private func canonical(_ text: String, numbers: CanonicalWriter.NumberStyle = .asReceived) throws -> String {
        String(decoding: try JSONDocument(parsing: text).root.canonicalBytes(numbers: numbers), as: UTF8.self)
    }

    /// The examples of the Matrix specification, appendix "Canonical JSON".
    @Test(arguments: [
        ("{}", "{}"), (#"{"one": 1, "two": "Two"}"#, #"{"one":1,"two":"Two"}"#),
        (#"{"b": "2", "a": "1"}"#, #"{"a":"1","b":"2"}"#), (#"{"b":"2","a":"1"}"#, #"{"a":"1","b":"2"}"#),
        (#"{"a": "日本語"}"#, #"{"a":"日本語"}"#), (#"{"本": 2, "日": 1}"#, #"{"日":1,"本":2}"#),
        (#"{"a": "\u65E5"}"#, #"{"a":"日"}"#), (#"{"a": null}"#, #"{"a":null}"#),
        (#"{"a": -0, "b": 1e10}"#, #"{"a":0,"b":10000000000}"#),
        (
            #"""
            {"auth": {"success": true, "mxid": "@john.doe:example.com", "profile": {"display_name": "John Doe",
            "three_pids": [{"medium": "email", "address": "john.doe@example.org"},
            {"medium": "msisdn", "address": "123456789"}]}}}
            """#,
            #"{"auth":{"mxid":"@john.doe:example.com","profile":{"display_name":"John Doe","three_pids":"#
                + #"[{"address":"john.doe@example.org","medium":"email"},{"address":"123456789","medium":"msisdn"}]},"#
                + #""success":true}}"#
        ),
    ])
    func `the specification's examples`(text: String, expected: String) throws {
        #expect(try canonical(text, numbers: .normalized) == expected)
    }

    @Test
    func `keys are in the order of their bytes, not of UTF-16`() throws {
        // U+1F98A is above U+FF5E, but its first UTF-16 unit is below.
        #expect(try canonical("{\"\u{1F98A}\":1,\"\u{FF5E}\":2}") == "{\"\u{FF5E}\":2,\"\u{1F98A}\":1}")
        #expect(try canonical(#"{"b":1,"aa":2,"a":3,"":4,"B":5}"#) == #"{"":4,"B":5,"a":3,"aa":2,"b":1}"#)
    }

    @Test
    func `keys are sorted by what they say, not by how they are escaped`() throws {
        #expect(try canonical(#"{"b":1,"\u0061":2}"#) == #"{"a":2,"b":1}"#)
        #expect(try canonical(#"{"\u00e9":1,"z":{"\u0062":1,"a":2}}"#) == #"{"z":{"a":2,"b":1},"é":1}"#)
    }

    /// What is canonical already is copied as it stands: one thing that is not, anywhere in it, must prevent that.
    @Test(arguments: [
        #"{"a":{"b":[1,{"c":"d"}]},"e":"f"}"#, #"[[],{},"",0,null,true,false,-1]"#, #"{"":{"":{"":""}}}"#,
    ])
    func `a value is written the same whatever stands around and within it`(canonicalText: String) throws {
        #expect(try canonical(canonicalText) == canonicalText)
        for spaced in [" \(canonicalText)", "\(canonicalText)\n"] { #expect(try canonical(spaced) == canonicalText) }
        for offset in canonicalText.indices where "[]{},:".contains(canonicalText[offset]) {
            var spaced = canonicalText
            spaced.insert(" ", at: spaced.index(after: offset))
            #expect(try canonical(spaced) == canonicalText, "\(spaced)")
            #expect(try canonical("[\(spaced)]") == "[\(canonicalText)]")
        }
        for (odd, written) in [(#""\u0061""#, #""a""#), ("-0", "0"), (#"{"b":1,"a":2}"#, #"{"a":2,"b":1}"#)] {
            #expect(try canonical("[\(canonicalText),\(odd)]") == "[\(canonicalText),\(written)]")
            #expect(try canonical("[\(odd),\(canonicalText)]") == "[\(written),\(canonicalText)]")
            #expect(
                try canonical("{\"z\":[\(odd)],\"y\":\(canonicalText)}")
                    == "{\"y\":\(canonicalText),\"z\":[\(written)]}"
            )
        }
    }

    @Test
    func `strings have the shortest escapes`() throws {
        let text = #""\u0000\u0001\u0008\u0009\u000a\u000b\u000c\u000d\u001F\u0022\u005c\u002f\u007f\u2028\/""#
        #expect(
            try canonical(text) == #""\u0000\u0001\b\t\n\u000b\f\r\u001f\"\\/"# + "\u{7F}\u{2028}/\""
        )
    }

    @Test(arguments: ["1.0", "1e3", "1E3", "0.0", "1.50", "123456789012345678901234567890", "-0.0"])
    func `numbers that canonical JSON has not stay as they came`(number: String) throws {
        #expect(try canonical(number) == number)
    }

    @Test
    func `minus zero is zero`() throws {
        #expect(try canonical("[-0, 0]") == "[0,0]")
    }

    @Test(arguments: [
        ("1.0", "1"), ("1e3", "1000"), ("-0.0", "0"), ("1.5", "1.5"), ("1e400", "1e400"), ("-2E2", "-200"),
    ])
    func `a producer writes integers out`(number: String, expected: String) throws {
        #expect(try canonical(number, numbers: .normalized) == expected)
    }

    @Test
    func `some members are written, others left out or replaced`() throws {
        let object = try #require(JSONDocument(parsing: #"{"c":1,"b":2,"a":{"y":1,"x":2}}"#).root.object)
        let three = try JSONDocument(parsing: #""three""#).root
        var writer = CanonicalWriter()
        writer.writeObject(object) { key in
            !(key == "b")
        } rewriting: { key in
            key == "c"
        } by: { writer, _ in
            writer.write(three)
        }
        #expect(String(decoding: writer.bytes, as: UTF8.self) == #"{"a":{"x":2,"y":1},"c":"three"}"#)
    }
}

struct JSONWriterTests {
    @Test
    func `commas stand between members and items`() throws {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("a")
            writer.array { writer in
                writer.integer(-1)
                writer.null()
                writer.array { _ in }
                writer.object { _ in }
                writer.bool(true)
            }
            writer.key(UTF8Text("\"\n"))
            writer.string("é\u{1}")
            writer.key("raw")
            writer.raw("1.0".utf8)
        }
        #expect(
            String(decoding: writer.bytes, as: UTF8.self) == #"{"a":[-1,null,[],{},true],"\"\n":"é\u0001","raw":1.0}"#
        )
        #expect(throws: Never.self) { try JSONDocument(parsing: writer.bytes) }
    }
}
