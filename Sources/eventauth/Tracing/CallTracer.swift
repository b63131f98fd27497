import JSONRPC
import Tracing

/// Makes the spans of calls, where their callers record a trace.
struct CallTracer: Sendable {
    let tracer: FileTracer

    /// The span of a call, which begins when the call arrived; `nil` where nobody records it. Strangers get none, so that
    /// nobody from outside fills the disk.
    func span(of method: StaticString, _ origin: CallOrigin, in context: ServiceContext) -> FileSpan? {
        guard let parent = origin.traceParent, parent.isSampled, !origin.session.caller.roles.isEmpty else {
            return nil
        }
        var context = context
        context.traceParent = parent
        let span = tracer.startSpan(
            method.description,
            context: context,
            ofKind: .server,
            at: origin.arrivalTime,
            function: #function,
            file: #fileID,
            line: #line
        )
        span.attributes = ["rpc.system": "jsonrpc", "rpc.method": .string(method.description)]
        return span
    }

    /// The whole span of a call that memory answered.
    func finished(_ call: FinishedCall) {
        guard let method = call.method, let span = span(of: method, call.origin, in: .topLevel) else { return }
        span.end(answeredBy: call.error)
    }
}

extension FileSpan {
    /// Ends the span of a call.
    func end(answeredBy error: RPCError.Kind?) {
        if let error {
            attributes["error.type"] = error.reason.description
            attributes["rpc.jsonrpc.error_code"] = Int64(error.code)
            setStatus(SpanStatus(code: .error))
        }
        end()
    }
}

extension CallOrigin {
    fileprivate var arrivalTime: DefaultTracerClock.Timestamp {
        let age = max(.zero, arrival.duration(to: .now)) / .nanoseconds(1)
        let now = DefaultTracerClock.now.nanosecondsSinceEpoch
        return DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: now - min(now, UInt64(age)))
    }
}
