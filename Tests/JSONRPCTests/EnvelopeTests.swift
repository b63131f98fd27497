import CanonicalJSON
import JSONRPC
import RPCTestSupport
import Testing

@Suite struct EnvelopeTests {
    private let dispatcher = TestService.dispatcher()

    @Test(arguments: [
        "1", "-0", "0", "1.50", "1e3", "-1.5E-7", "9007199254740993", "18446744073709551616",
        "123456789012345678901234567890123456789012345678901234567890", "null", #""""#, #""a\u0041\/\"\\""#,
        #""\ud83d\ude00""#, #""é""#, #""e\u0301""#,
    ])
    func `an id is echoed byte for byte`(id: String) async {
        let answer = await dispatcher.answer(to: #"{"jsonrpc":"2.0","method":"get_data","id": \#(id) }"#)
        #expect(answer == #"{"jsonrpc":"2.0","id":\#(id),"result":["hello",5]}"#)
    }

    @Test(arguments: ["1.50", "123456789012345678901234567890", #""\u0041""#])
    func `an error echoes the id too`(id: String) async throws {
        let reply = try await dispatcher.object(answering: #"{"jsonrpc":"2.0","method":"no","id":\#(id)}"#)
        #expect(reply?.idSource == id)
        #expect(reply?.errorCode == -32_601)
    }

    @Test(arguments: ["[]", "{}", "true", "false", "[1]"])
    func `an id that is an array, an object or a boolean is answered with id null`(id: String) async throws {
        let reply = try await dispatcher.object(answering: #"{"jsonrpc":"2.0","method":"get_data","id":\#(id)}"#)
        #expect(reply?.errorCode == -32_600)
        #expect(reply?.idSource == "null")
    }

    @Test(arguments: [#""2.1""#, "2.0", "2", "1", "null", #""2.0 ""#, #"["2.0"]"#])
    func `any version but the string 2.0 is refused with the id echoed`(version: String) async throws {
        let reply = try await dispatcher.object(answering: #"{"jsonrpc":\#(version),"method":"get_data","id":7}"#)
        #expect(reply?.errorCode == -32_600)
        #expect(reply?.idSource == "7")
    }

    @Test func `a version written with escapes is the same string`() async {
        let answer = await dispatcher.answer(to: #"{"jsonrpc":"\u0032.0","method":"get\u005fdata","id":7}"#)
        #expect(answer == #"{"jsonrpc":"2.0","id":7,"result":["hello",5]}"#)
    }

    @Test(arguments: [
        #"{"id":1}"#, #"{"id":1,"method":"get_data"}"#, #"{"id":1,"jsonrpc":"2.0"}"#,
        #"{"id":1,"jsonrpc":"2.0","method":null}"#, #"{"id":1,"jsonrpc":"2.0","method":"get_data","params":"bar"}"#,
        #"{"id":1,"jsonrpc":"2.0","method":"get_data","params":5}"#,
        #"{"id":1,"jsonrpc":"2.0","method":"get_data","params":false}"#,
    ])
    func `a request with something absent or of the wrong type is refused with its id`(message: String) async throws {
        let reply = try await dispatcher.object(answering: message)
        #expect(reply?.errorCode == -32_600)
        #expect(reply?.idSource == "1")
    }

    @Test(arguments: ["1", "null", "true", #""text""#, "{}"])
    func `a message that is no object is no request`(message: String) async throws {
        let reply = try await dispatcher.object(answering: message)
        #expect(reply?.errorCode == -32_600)
        #expect(reply?.idSource == "null")
        #expect(reply?.errorData?["reason"]?.text == UTF8Text("invalid_request"))
    }

    @Test func `params null stands for no params`() async {
        let answer = await dispatcher.answer(to: #"{"jsonrpc":"2.0","method":"get_data","params":null,"id":1}"#)
        #expect(answer == #"{"jsonrpc":"2.0","id":1,"result":["hello",5]}"#)
    }

    @Test func `members that the envelope does not know are ignored`() async {
        let answer = await dispatcher.answer(to: #"{"jsonrpc":"2.0","method":"get_data","id":1,"meta":{"x":1}}"#)
        #expect(answer == #"{"jsonrpc":"2.0","id":1,"result":["hello",5]}"#)
    }

    @Test(arguments: [
        (#"{"jsonrpc":"2.0","#, "byte 17"),
        (#"{"a":1,"a":2}"#, "twice at byte 7"),
        (String(repeating: "[", count: 300), "deep at byte 256"),
        ("", "at byte 0"),
        (#"{} {}"#, "at byte 3"),
        ("\u{FEFF}{}", "at byte 0"),
    ])
    func `what is not JSON gets one parse error that says where`(message: String, place: String) async throws {
        let reply = try await dispatcher.object(answering: message)
        #expect(reply?.errorCode == -32_700)
        #expect(reply?.idSource == "null")
        let explanation = try #require(reply?["error"]?.object?["message"]?.text?.string)
        #expect(explanation.contains(place), "\(explanation)")
    }

    @Test(arguments: [2, 3, 16, 17, 18, 40])
    func `a key that stands twice is found among few and among many`(keyCount: Int) async throws {
        let distinct = (0..<keyCount).reversed().map { "\"k\($0)\":\($0)" }
        let reply = try await dispatcher.object(answering: "{\(distinct.joined(separator: ","))}")
        #expect(reply?.errorCode == -32_600)
        for repeated in [0, keyCount / 2, keyCount - 1] {
            let members = (distinct + ["\"k\(repeated)\":0"]).joined(separator: ",")
            let reply = try await dispatcher.object(answering: "{\(members)}")
            #expect(reply?.errorCode == -32_700)
            let explanation = try #require(reply?["error"]?.object?["message"]?.text?.string)
            #expect(
                explanation.contains(
                    "the key \"k\(repeated)\" twice at byte \(members.utf8.count - "k\(repeated)".utf8.count - 3)"
                )
            )
        }
    }

    @Test func `bytes that are not UTF-8 get a parse error`() throws {
        let message = Array(#"{"jsonrpc":"2.0","method":""#.utf8) + [0xC3, 0x28] + Array(#"","id":1}"#.utf8)
        guard case .refused(.parseError, let bytes) = dispatcher.respond(to: message, in: .local) else {
            Issue.record("a parse error needs no waiting")
            return
        }
        #expect(try JSONDocument(parsing: bytes).root.object?.errorCode == -32_700)
    }

    @Test(arguments: ["fail", "no_such_method", "subtract", "fail_later", "later", "rpc.discover"])
    func `a notification is never answered, whatever becomes of it`(method: String) async {
        let notification = #"{"jsonrpc":"2.0","method":"\#(method)"}"#
        #expect(await dispatcher.answer(to: notification) == nil)
        #expect(await dispatcher.answer(to: "[\(notification),\(notification)]") == nil)
    }
}
