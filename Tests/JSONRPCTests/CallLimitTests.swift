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

    /// A sleep of more than a second is one of several.
    @Test(arguments: [10, 1_010])
    func `a method's time limit ends the wait`(milliseconds: Int) async throws {
        let dispatcher = TestService.dispatcher(and: [Self.endless]) {
            $0.timeLimits = ["endless": .milliseconds(milliseconds)]
        }
        let start = ContinuousClock.now
        #expect(try await dispatcher.object(answering: Self.call)?.errorCode == -32_004)
        #expect(.now - start >= .milliseconds(milliseconds))
        #expect(dispatcher.waitingCount == 0)
    }

    @Test(arguments: [(caller: 10, method: 600_000), (600_000, 10)])
    func `the shorter of the caller's limit and the method's ends the wait`(caller: Int, method: Int) async throws {
        let hurried = Method("hurried", summary: "For tests.", result: .any) { _ in
            .waiting(atMost: .milliseconds(caller)) {
                try? await Task.sleep(for: .seconds(3_600))
                return JSONFragment { $0.null() }
            }
        }
        let dispatcher = TestService.dispatcher(and: [hurried]) { $0.timeLimits = ["hurried": .milliseconds(method)] }
        let call = #"{"jsonrpc":"2.0","method":"hurried","id":1}"#
        #expect(try await dispatcher.object(answering: call)?.errorCode == -32_004)
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
        let calls = RecordingObserver()
        let dispatcher = Dispatcher(
            methods: TestService.methods,
            info: ServiceInfo(title: "test", version: "1", summary: "For tests."),
            observer: calls
        )
        for method in ["get_data", "fail", "fail_later", "nothing", "echo"] {
            _ = await dispatcher.answer(to: #"{"jsonrpc":"2.0","method":"\#(method)"}"#)
        }
        #expect(
            calls.all == [
                "get_data result", "fail overloaded", "waiting fail_later", "fail_later deadline_exceeded",
                "- method_not_found", "echo invalid_params",
            ]
        )
    }

    @Test func `a call is known by the trace that it is part of`() async throws {
        let calls = RecordingObserver()
        let dispatcher = Dispatcher(
            methods: TestService.methods,
            info: ServiceInfo(title: "test", version: "1", summary: "For tests."),
            observer: calls
        )
        let (mine, headers) = (String(repeating: "a", count: 32), String(repeating: "b", count: 32))
        let session = Session(Standing(.local), traceParent: "00-\(headers)-00f067aa0ba902b7-01") {
            _ throws(RPCError) in Standing(.local)
        }
        for member in [#","traceparent":"00-\#(mine)-00f067aa0ba902b7-01""#, "", #","traceparent":"nonsense""#] {
            _ = dispatcher.respond(to: Array(#"{"jsonrpc":"2.0","method":"get_data"\#(member)}"#.utf8), in: session)
        }
        _ = await dispatcher.answer(to: #"{"jsonrpc":"2.0","method":"get_data"}"#)
        let ids = calls.requestIDs
        #expect(ids[0] == mine)
        #expect(ids[1] == headers)
        // What is no trace names nothing, nor does it hide what the request has otherwise.
        #expect(Set(ids).count == 4 && !ids.contains("nonsense") && ids.allSatisfy { !$0.isEmpty })
    }
}

/// Remembers what it hears.
private final class RecordingObserver: CallObserver {
    private let calls = Mutex<[(text: String, requestID: String)]>([])

    var all: [String] { calls.withLock { $0.map(\.text) } }
    var requestIDs: [String] { calls.withLock { $0.map(\.requestID) } }

    func accompany(
        _ method: StaticString,
        _ origin: CallOrigin,
        _ work: () async -> Result<JSONFragment, RPCError>
    ) async -> Result<JSONFragment, RPCError> {
        calls.withLock { $0.append(("waiting \(method)", origin.requestID)) }
        return await work()
    }

    func finished(_ call: FinishedCall) {
        let text = "\(call.method?.description ?? "-") \(call.error?.reason ?? "result")"
        calls.withLock { $0.append((text, call.origin.requestID)) }
    }
}
