import JSONRPC
import ServiceContextModule

/// Which span a task is part of.
struct SpanContext: Sendable {
    let traceID: String
    let spanID: String
    let isSampled: Bool

    init(traceID: String, spanID: String, isSampled: Bool) {
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
    }

    /// The caller's span, which what is done here is part of.
    init(_ parent: TraceParent) {
        self.init(traceID: parent.traceID, spanID: parent.spanID, isSampled: parent.isSampled)
    }

    /// As the header `traceparent` has it.
    var traceParent: String { "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")" }

    /// A span within this one.
    func makeChild() -> SpanContext {
        let digits = String(UInt64.random(in: 1 ... .max), radix: 16)
        let spanID = String(repeating: "0", count: 16 - digits.count) + digits
        return SpanContext(traceID: traceID, spanID: spanID, isSampled: isSampled)
    }
}

extension ServiceContext {
    private enum Key: ServiceContextKey {
        typealias Value = SpanContext
    }

    var span: SpanContext? {
        get { self[Key.self] }
        set { self[Key.self] = newValue }
    }
}
