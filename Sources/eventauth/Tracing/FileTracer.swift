import Instrumentation
import JSONRPC
import Tracing

/// Writes spans to a file as OpenTelemetry's collector reads them (OTLP's JSON, one request a line).
///
/// Only what a caller records is recorded here: its `traceparent` says so. A trace is never begun here.
struct FileTracer: Tracer {
    let file: LineFile

    func startSpan<Instant: TracerInstant>(
        _ operationName: String,
        context: @autoclosure () -> ServiceContext,
        ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant,
        function: String,
        file fileID: String,
        line: UInt
    ) -> FileSpan {
        var context = context()
        let parent = context.traceParent
        context.traceParent = parent?.makeChild()
        return FileSpan(
            operationName,
            kind,
            context: context,
            parentID: parent?.spanID,
            start: instant().nanosecondsSinceEpoch,
            file: parent?.isSampled == true ? file : nil
        )
    }

    func forceFlush() {
        file.flush()
    }

    func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier,
        into context: inout ServiceContext,
        using extractor: Extract
    ) where Extract.Carrier == Carrier {
        context.traceParent = extractor.extract(key: "traceparent", from: carrier).flatMap { TraceParent($0) }
    }

    func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext,
        into carrier: inout Carrier,
        using injector: Inject
    ) where Inject.Carrier == Carrier {
        guard let traceParent = context.traceParent else { return }
        injector.inject(traceParent.description, forKey: "traceparent", into: &carrier)
    }
}
