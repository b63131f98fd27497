import JSONRPC
import Synchronization
import Tracing

/// A span that is written to a file when it ends.
final class FileSpan: Span {
    struct State {
        var operationName: String
        var attributes: SpanAttributes = [:]
        var status: SpanStatus?
        var events: [SpanEvent] = []
        var links: [SpanLink] = []
        var hasEnded = false
    }

    let context: ServiceContext
    let kind: SpanKind
    let parentID: String?
    let start: UInt64
    /// `nil` where nobody records the trace.
    private let file: LineFile?
    private let state: Mutex<State>

    init(
        _ operationName: String,
        _ kind: SpanKind,
        context: ServiceContext,
        parentID: String?,
        start: UInt64,
        file: LineFile?
    ) {
        self.context = context
        self.kind = kind
        self.parentID = parentID
        self.start = start
        self.file = file
        state = Mutex(State(operationName: operationName))
    }

    var isRecording: Bool { file != nil && !state.withLock(\.hasEnded) }

    var operationName: String {
        get { state.withLock(\.operationName) }
        set { state.withLock { $0.operationName = newValue } }
    }

    var attributes: SpanAttributes {
        get { state.withLock(\.attributes) }
        set { state.withLock { $0.attributes = newValue } }
    }

    func setStatus(_ status: SpanStatus) {
        state.withLock { $0.status = status }
    }

    func addEvent(_ event: SpanEvent) {
        state.withLock { $0.events.append(event) }
    }

    func addLink(_ link: SpanLink) {
        state.withLock { $0.links.append(link) }
    }

    func recordError<Instant: TracerInstant>(
        _ error: any Error,
        attributes: SpanAttributes,
        at instant: @autoclosure () -> Instant
    ) {
        var attributes = attributes
        attributes["exception.message"] = "\(error)"
        addEvent(SpanEvent(name: "exception", at: instant(), attributes: attributes))
    }

    func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        guard let file, let span = context.traceParent else { return }
        let end = instant().nanosecondsSinceEpoch
        let last = state.withLock { state -> State? in
            guard !state.hasEnded else { return nil }
            state.hasEnded = true
            return state
        }
        guard let last else { return }
        let line = JSONFragment(reservingCapacity: 1024) { writer in
            writer.exportRequest { $0.span(self, span, last, end: end) }
        }
        file.append(line.bytes)
    }
}
