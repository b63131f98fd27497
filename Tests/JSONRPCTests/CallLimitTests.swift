import CanonicalJSON
import JSONRPC
import RPCTestSupport
import Synchronization
import Testing

/// How long answers may take, and how many may be waited for.
@Suite struct CallLimitTests {
    /// Waits until it is cancelled.
    private static let endless = Method("endless", summary: "For tests.", result: .any) { _ in
        .waiting {
            try? await Task.sleep(for: .seconds(3_600))
            return JSONFragment { $0.null() }
        }
    }
    private static let call = #"{"jsonrpc":"2.0","method":"endless","id":1}"#

    @Test func `a method's time limit ends the wait`() async throws {
        let dispatcher = TestService.dispatcher(and: [Self.endless]) { $0.timeLimits = ["endless": .milliseconds(10)] }
        #expect(try await dispatcher.object(answering: Self.call)?.errorCode == -32_004)
        #expect(dispatcher.waitingCount == 0)
    }

    @Test func `one request more than may wait is refused at once`() async throws {
        let dispatcher = TestService.dispatcher(and: [Self.endless]) { $0.waitingCount = 2 }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<2 { group.addTask { _ = await dispatcher.answer(to: Self.call) } }
            while dispatcher.waitingCount < 2 { await Task.yield() }
            let refused = try await dispatcher.object(answering: Self.call)
            #expect(refused?.errorCode == -32_005)
            #expect(dispatcher.waitingCount == 2)
            group.cancelAll()
        }
        #expect(dispatcher.waitingCount == 0)
    }

    @Test func `every call that ends is told of, with what it came to`() async {
        let calls = Mutex<[String]>([])
        let dispatcher = Dispatcher(
            methods: TestService.methods,
            info: ServiceInfo(title: "test", version: "1", summary: "For tests.")
        ) { call in
            calls.withLock { $0.append("\(call.method?.description ?? "-") \(call.error?.reason ?? "result")") }
        }
        for method in ["get_data", "fail", "fail_later", "nothing", "echo"] {
            _ = await dispatcher.answer(to: #"{"jsonrpc":"2.0","method":"\#(method)"}"#)
        }
        #expect(
            calls.withLock { $0 } == [
                "get_data result", "fail overloaded", "fail_later deadline_exceeded", "- method_not_found",
                "echo invalid_params",
            ]
        )
    }
}
