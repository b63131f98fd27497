package import JSONRPC
import Metrics

/// Counts finished calls and their seconds by method and outcome. Everything is made beforehand, so that a call costs no
/// more than its atomics.
package struct CallMetrics: Sendable {
    private let methods: [MethodName: MethodMetrics]
    /// Of calls of a method that there is not.
    private let unknown: MethodMetrics

    init(methods: [StaticString], factory: any MetricsFactory) {
        unknown = MethodMetrics("unknown", factory: factory)
        let all = methods.map { (MethodName(name: $0), MethodMetrics($0.description, factory: factory)) }
        self.methods = Dictionary(all) { first, _ in first }
    }

    package func finished(_ call: FinishedCall) {
        let method = call.method.flatMap { methods[MethodName(name: $0)] } ?? unknown
        method.count(call)
    }
}

/// What is counted of one method's calls. An object, so that counting holds on to one thing and not to each.
private final class MethodMetrics: Sendable {
    private let results: Counter
    private let errors: [RPCError.Kind: Counter]
    private let secondsOfResults: Timer
    /// Of all errors together: their kinds differ less in time than the page would grow.
    private let secondsOfErrors: Timer

    init(_ method: String, factory: any MetricsFactory) {
        func counter(_ outcome: String) -> Counter {
            let labels = [("method", method), ("outcome", outcome)]
            return Counter(label: "eventauth_requests_total", dimensions: labels, factory: factory)
        }
        func timer(_ outcome: String) -> Timer {
            let labels = [("method", method), ("outcome", outcome)]
            return Timer(label: "eventauth_request_seconds", dimensions: labels, factory: factory)
        }
        results = counter("result")
        errors = Dictionary(uniqueKeysWithValues: RPCError.Kind.allCases.map { ($0, counter($0.reason)) })
        secondsOfResults = timer("result")
        secondsOfErrors = timer("error")
    }

    func count(_ call: FinishedCall) {
        if let error = call.error {
            errors[error]?.increment()
            secondsOfErrors.record(duration: call.duration)
        } else {
            results.increment()
            secondsOfResults.record(duration: call.duration)
        }
    }
}

/// A method's name as a key, its bytes compared where they stand.
private struct MethodName: Hashable, Sendable {
    let name: StaticString

    static func == (one: MethodName, other: MethodName) -> Bool {
        one.name.withUTF8Buffer { one in
            other.name.withUTF8Buffer { other in unsafe one.elementsEqual(other) }
        }
    }

    func hash(into hasher: inout Hasher) {
        name.withUTF8Buffer { unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}
