import CanonicalJSON
import JSONRPC
import RPCTestSupport
import Testing

@Suite struct ParamsTests {
    private let dispatcher = TestService.dispatcher()

    private func errorData(params: String, method: String = "echo") async throws -> JSONObject? {
        let reply = try await dispatcher.object(
            answering: #"{"jsonrpc":"2.0","method":"\#(method)","params":\#(params),"id":1}"#
        )
        guard reply?.errorCode == -32_602 else { return nil }
        return reply?.errorData
    }

    @Test(arguments: [
        (#"{}"#, "/text", "a string"),
        (#"{"text":null}"#, "/text", "a string"),
        (#"{"text":5}"#, "/text", "a string"),
        (#"[]"#, "/0", "a string"),
        (#"[5]"#, "/0", "a string"),
        (#"{"text":"","flag":0}"#, "/flag", "true or false"),
        (#"{"text":"","count":11}"#, "/count", "an integer from 0 to 10"),
        (#"{"text":"","count":1.0}"#, "/count", "an integer from 0 to 10"),
        (#"{"text":"","count":99999999999999999999}"#, "/count", "an integer from 0 to 10"),
        (#"{"text":"","mode":"slow"}"#, "/mode", #"one of "fast", "safe""#),
        (#"["",null,null,7]"#, "/3", #"one of "fast", "safe""#),
        (#"{"text":"","sets":"a"}"#, "/sets", "an array"),
        (#"{"text":"","sets":[["a"],["b",1]]}"#, "/sets/1/1", "a string"),
        (#"{"text":"","keys":[]}"#, "/keys", "an object"),
        (#"{"text":"","keys":{"a/b~c":{"k":1}}}"#, "/keys/a~1b~0c/k", "a string"),
        (#"{"text":"","event":{}}"#, "/event/type", "a string"),
        (#"{"text":"","event":{"type":1}}"#, "/event/type", "a string"),
        (#"{"text":"","choice":0}"#, "/choice", "a string or an integer of at least 1"),
        (#"{"text":"","maybe":[1,null,"x"]}"#, "/maybe/2", "an integer"),
    ])
    func `a parameter that is not what it must be is named with what was expected`(
        params: String,
        path: String,
        expected: String
    ) async throws {
        let data = try #require(await errorData(params: params))
        #expect(data["path"]?.text == UTF8Text(path))
        #expect(data["expected"]?.text == UTF8Text(expected))
        #expect(data["reason"]?.text == UTF8Text("invalid_params"))
        #expect(data["retryable"]?.bool == false)
    }

    @Test func `a parameter that the method does not declare is named`() async throws {
        let data = try #require(await errorData(params: #"{"minuend":1,"subtrahend":2,"x":3}"#, method: "subtract"))
        #expect(data["path"]?.text == UTF8Text("/x"))
        #expect(data["expected"]?.text == UTF8Text("one of the parameters minuend, subtrahend"))
    }

    @Test func `more positional parameters than declared are refused at the first one too many`() async throws {
        let data = try #require(await errorData(params: "[1,2,3]", method: "subtract"))
        #expect(data["path"]?.text == UTF8Text("/2"))
        #expect(data["expected"]?.text == UTF8Text("at most 2 parameters"))
    }

    @Test(arguments: [#"{"a":1}"#, "[1]"])
    func `a method without parameters takes none`(params: String) async throws {
        let data = try #require(await errorData(params: params, method: "get_data"))
        #expect(data["expected"]?.text == UTF8Text("no parameters"))
    }

    @Test func `required parameters are asked for where params are absent`() async throws {
        let reply = try await dispatcher.object(answering: #"{"jsonrpc":"2.0","method":"subtract","id":1}"#)
        #expect(reply?.errorData?["path"]?.text == UTF8Text("/minuend"))
    }

    @Test(arguments: ["{}", "[]", #"{"b":null}"#, "[null,null]"])
    func `optional parameters may be absent or null`(params: String) async {
        let answer = await dispatcher.answer(to: #"{"jsonrpc":"2.0","method":"sum","params":\#(params),"id":1}"#)
        #expect(answer == #"{"jsonrpc":"2.0","id":1,"result":0}"#)
    }

    @Test func `a position can be left out with null`() async {
        let answer = await dispatcher.answer(to: #"{"jsonrpc":"2.0","method":"sum","params":[1,null,4],"id":1}"#)
        #expect(answer == #"{"jsonrpc":"2.0","id":1,"result":5}"#)
    }

    @Test func `what every schema allows is accepted`() async {
        let params = """
            {"text":"ok","flag":false,"count":10,"mode":"safe","sets":[[],["a"]],"keys":{"s":{"k":"v"}},
             "event":{"type":"m.room.create","other":1},"choice":3,"maybe":[null,-1]}
            """
        let answer = await dispatcher.answer(to: #"{"jsonrpc":"2.0","method":"echo","params":\#(params),"id":1}"#)
        #expect(answer == #"{"jsonrpc":"2.0","id":1,"result":"ok"}"#)
    }

    @Test func `names that are canonically equivalent but of other bytes are not the same`() async throws {
        let data = try #require(await errorData(params: #"{"text":"a","te\u0078t\u0301":1}"#))
        #expect(data["path"]?.text == UTF8Text("/text\u{301}"))
    }
}
