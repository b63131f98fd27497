import AuthorizationService
import JSONRPC
import ServiceContextModule

/// Counts, logs and traces the calls of the server.
struct ServiceObserver: CallObserver {
    let metrics: CallMetrics
    let log: RequestLog
    /// `nil` where nothing is traced.
    let tracer: CallTracer?

    func accompany(
        _ method: StaticString,
        _ origin: CallOrigin,
        _ work: () async -> Result<JSONFragment, RPCError>
    ) async -> Result<JSONFragment, RPCError> {
        var context = ServiceContext.topLevel
        context[RequestID.self] = origin.requestID
        let span = tracer?.span(of: method, origin, in: context)
        let result = await ServiceContext.withValue(span?.context ?? context) { await work() }
        span?.end(answeredBy: result.error?.kind)
        return result
    }

    func finished(_ call: FinishedCall) {
        metrics.finished(call)
        log.finished(call)
        if !call.hasWaited { tracer?.finished(call) }
    }
}
