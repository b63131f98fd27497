import CanonicalJSON
import JSONRPC
import RPCTestSupport
import Testing

@Suite struct BatchTests {
    private let dispatcher = TestService.dispatcher()

    private func batch(of requests: [String]) -> String { "[" + requests.joined(separator: ",") + "]" }

    private func request(_ method: String, id: Int, params: String = "[]") -> String {
        #"{"jsonrpc":"2.0","method":"\#(method)","params":\#(params),"id":\#(id)}"#
    }

    @Test func `late and immediate answers are joined in the order of the requests`() async throws {
        let message = batch(of: [
            request("later", id: 1, params: #"["a"]"#), request("get_data", id: 2), request("fail_later", id: 3),
            request("fail", id: 4), request("later", id: 5, params: #"["b"]"#),
        ])
        let replies = try #require(await dispatcher.objects(answering: message))
        #expect(replies.map(\.idSource) == ["1", "2", "3", "4", "5"])
        #expect(replies.map(\.resultSource) == [#""a""#, #"["hello",5]"#, nil, nil, #""b""#])
        #expect(replies.map(\.errorCode) == [nil, nil, -32_004, -32_005, nil])
    }

    @Test func `requests of a batch wait at the same time`() async throws {
        let (first, firstArrived) = AsyncStream<Void>.makeStream()
        let meet = Method(
            "meet",
            summary: "Waits for the other.",
            parameters: [.required("isFirst", .boolean, "Which one this is.")],
            result: .any
        ) { params in
            let isFirst = params.optionalBool("isFirst") == true
            return .waiting {
                if isFirst { for await _ in first { break } } else { firstArrived.yield() }
                return JSONFragment { $0.bool(isFirst) }
            }
        }
        let info = ServiceInfo(title: "test", version: "1", summary: "For tests.")
        let answer = await Dispatcher(methods: [meet], info: info).answer(
            to: batch(of: [request("meet", id: 1, params: "[true]"), request("meet", id: 2, params: "[false]")])
        )
        #expect(answer == #"[{"jsonrpc":"2.0","id":1,"result":true},{"jsonrpc":"2.0","id":2,"result":false}]"#)
    }

    @Test func `a batch with as many requests as allowed is answered and a larger one refused`() async throws {
        let dispatcher = TestService.dispatcher { $0.batchCount = 3 }
        let requests = (1...4).map { request("get_data", id: $0) }
        let replies = try await dispatcher.objects(answering: batch(of: Array(requests.prefix(3))))
        #expect(replies?.count == 3)

        let refusal = try await dispatcher.object(answering: batch(of: requests))
        #expect(refusal?.errorCode == -32_006)
        #expect(refusal?.errorData?["limit"]?.number?.int64 == 3)
        #expect(refusal?.errorData?["unit"]?.text == UTF8Text("requests"))
    }

    @Test func `a thousand requests in a batch are answered`() async throws {
        let message = batch(of: (0..<1000).map { request($0.isMultiple(of: 2) ? "fail" : "get_data", id: $0) })
        let replies = try await dispatcher.objects(answering: message)
        #expect(replies?.map(\.idSource) == (0..<1000).map(String.init))
    }

    @Test func `a reply over its limit becomes an error with the request's id`() async throws {
        let dispatcher = TestService.dispatcher { $0.replyByteCount = 500 }
        let reply = try await dispatcher.object(answering: request("large", id: 8))
        #expect(reply?.errorCode == -32_006)
        #expect(reply?.idSource == "8")
        #expect(reply?.errorData?["unit"]?.text == UTF8Text("bytes"))
    }

    @Test(arguments: ["get_data", "later"])
    func `the replies of a batch share one limit`(method: String) async throws {
        let dispatcher = TestService.dispatcher { $0.replyByteCount = 500 }
        let params = method == "later" ? #"["hello"]"# : "[]"
        let message = batch(of: (0..<20).map { request(method, id: $0, params: params) })
        let reply = try await dispatcher.object(answering: message)
        #expect(reply?.errorCode == -32_006)
        #expect(reply?.idSource == "null")
    }
}
