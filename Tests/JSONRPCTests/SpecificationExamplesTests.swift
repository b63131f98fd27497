import CanonicalJSON
import JSONRPC
import RPCTestSupport
import Testing

/// Section 7 of the JSON-RPC 2.0 specification.
@Suite struct SpecificationExamplesTests {
    private let dispatcher = TestService.dispatcher()

    @Test(arguments: [
        (#"{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}"#, "19", "1"),
        (#"{"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2}"#, "-19", "2"),
        (
            #"{"jsonrpc": "2.0", "method": "subtract", "params": {"subtrahend": 23, "minuend": 42}, "id": 3}"#,
            "19", "3"
        ),
        (
            #"{"jsonrpc": "2.0", "method": "subtract", "params": {"minuend": 42, "subtrahend": 23}, "id": 4}"#,
            "19", "4"
        ),
    ])
    func `a call with positional or named parameters is answered`(
        message: String,
        result: String,
        id: String
    ) async throws {
        let reply = try #require(await dispatcher.object(answering: message))
        #expect(reply["jsonrpc"]?.text == UTF8Text("2.0"))
        #expect(reply.resultSource == result)
        #expect(reply.idSource == id)
        #expect(reply["error"] == nil)
    }

    @Test(arguments: [
        #"{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}"#,
        #"{"jsonrpc": "2.0", "method": "foobar"}"#,
    ])
    func `a notification is not answered`(message: String) async {
        #expect(await dispatcher.answer(to: message) == nil)
    }

    @Test(
        arguments: [
            (#"{"jsonrpc": "2.0", "method": "foobar", "id": "1"}"#, -32_601, #""1""#),
            (#"{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]"#, -32_700, "null"),
            (#"{"jsonrpc": "2.0", "method": 1, "params": "bar"}"#, -32_600, "null"),
            (
                #"[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"}, {"jsonrpc": "2.0", "method""#,
                -32_700, "null"
            ),
            ("[]", -32_600, "null"),
        ] as [(String, Int64, String)]
    )
    func `a message that is no call gets one error`(message: String, code: Int64, id: String) async throws {
        let reply = try #require(await dispatcher.object(answering: message))
        #expect(reply.errorCode == code)
        #expect(reply.idSource == id)
        #expect(reply["result"] == nil)
    }

    @Test(arguments: [("[1]", 1), ("[1,2,3]", 3), ("[null]", 1)])
    func `a batch of what are no requests gets one error each`(message: String, count: Int) async throws {
        let replies = try #require(await dispatcher.objects(answering: message))
        #expect(replies.count == count)
        #expect(replies.allSatisfy { $0.errorCode == -32_600 && $0.idSource == "null" })
    }

    @Test func `a mixed batch is answered in its order without its notifications`() async throws {
        let answer = try await dispatcher.objects(
            answering: """
                [{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
                 {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
                 {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
                 {"foo": "boo"},
                 {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
                 {"jsonrpc": "2.0", "method": "get_data", "id": "9"}]
                """
        )
        let replies = try #require(answer)
        #expect(replies.map(\.idSource) == [#""1""#, #""2""#, "null", #""5""#, #""9""#])
        #expect(replies.map(\.resultSource) == ["7", "19", nil, nil, #"["hello",5]"#])
        #expect(replies.map(\.errorCode) == [nil, nil, -32_600, -32_601, nil])
    }

    @Test func `a batch of notifications is answered with nothing`() async {
        let answer = await dispatcher.answer(
            to: """
                [{"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]},
                 {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}]
                """
        )
        #expect(answer == nil)
    }
}
