import AuthGraph
import AuthorizationService
import JSONRPC
import MetricsTestKit
import Testing

/// How calls are counted and timed: by method and outcome.
struct CallMetricsTests {
    private let metrics = TestMetrics()
    private let calls: CallMetrics

    init() {
        let graph = AuthGraph(store: MemoryEventStore())
        calls = AuthorizationService(graph: graph, metrics: metrics) { _ in "incident" }.callMetrics
    }

    @Test
    func `a result is counted under its method`() throws {
        calls.finished(FinishedCall(method: "auth.check", error: nil, duration: .microseconds(1_500)))
        #expect(metrics.requests == ["auth.check result": 1])
        let labels = [("method", "auth.check"), ("outcome", "result")]
        #expect(try metrics.expectTimer("eventauth_request_seconds", labels).values == [1_500_000])
    }

    @Test(arguments: RPCError.Kind.allCases)
    func `an error is counted under its reason, and timed with the others`(kind: RPCError.Kind) throws {
        calls.finished(FinishedCall(method: "graph.chain", error: kind, duration: .seconds(2)))
        #expect(metrics.requests == ["graph.chain \(kind.reason)": 1])
        let labels = [("method", "graph.chain"), ("outcome", "error")]
        #expect(try metrics.expectTimer("eventauth_request_seconds", labels).values == [2_000_000_000])
    }

    @Test(arguments: [nil, "auth.guess"] as [StaticString?])
    func `a method that there is not is unknown`(method: StaticString?) {
        calls.finished(FinishedCall(method: method, error: .methodNotFound, duration: .zero))
        #expect(metrics.requests == ["unknown method_not_found": 1])
    }

    @Test
    func `every method has its counters beforehand, and calls make no more`() {
        let graph = AuthGraph(store: MemoryEventStore())
        let methods = AuthorizationService(graph: graph) { _ in "incident" }.methods.map(\.name)
        let made = metrics.counters.count
        #expect(made == (methods.count + Dispatcher.ownMethods.count + 1) * (RPCError.Kind.allCases.count + 1))
        for method in methods + ["rpc.discover"] {
            calls.finished(FinishedCall(method: method, error: nil, duration: .zero))
            #expect(metrics.requests["\(method) result"] == 1)
        }
        #expect(metrics.counters.count == made)
    }
}

extension TestMetrics {
    /// Calls by method and outcome, without those that there were none of.
    fileprivate var requests: [String: Int64] {
        counters(label: "eventauth_requests_total").reduce(into: [:]) { requests, counter in
            guard counter.totalValue > 0 else { return }
            requests[counter.dimensions.map(\.1).joined(separator: " ")] = counter.totalValue
        }
    }
}
