import CanonicalJSON
import JSONRPC
import Tracing

extension JSONWriter {
    /// A request with one span (OpenTelemetry Protocol, `ExportTraceServiceRequest`).
    mutating func exportRequest(_ span: (inout JSONWriter) -> Void) {
        object { writer in
            writer.list("resourceSpans") { writer in
                writer.key("resource")
                writer.object { $0.attributes(["service.name": "eventauth"]) }
                writer.list("scopeSpans") { writer in
                    writer.list("spans", span)
                }
            }
        }
    }

    private mutating func list(_ key: StaticString, _ members: (inout JSONWriter) -> Void) {
        self.key(key)
        array { $0.object(members) }
    }

    /// The members of a span that has ended.
    mutating func span(_ span: FileSpan, _ context: TraceParent, _ state: FileSpan.State, end: UInt64) {
        text("traceId", context.traceID)
        text("spanId", context.spanID)
        if let parentID = span.parentID { text("parentSpanId", parentID) }
        text("name", state.operationName)
        key("kind")
        integer(span.kind.number)
        text("startTimeUnixNano", "\(span.start)")
        text("endTimeUnixNano", "\(end)")
        attributes(state.attributes)
        if !state.events.isEmpty { events(state.events) }
        if !state.links.isEmpty { links(state.links) }
        guard let status = state.status else { return }
        key("status")
        object { writer in
            writer.key("code")
            writer.integer(status.number)
            if let message = status.message { writer.text("message", message) }
        }
    }

    private mutating func events(_ events: [SpanEvent]) {
        key("events")
        array { writer in
            for event in events {
                writer.object { writer in
                    writer.text("name", event.name)
                    writer.text("timeUnixNano", "\(event.nanosecondsSinceEpoch)")
                    writer.attributes(event.attributes)
                }
            }
        }
    }

    private mutating func links(_ links: [SpanLink]) {
        key("links")
        array { writer in
            for link in links {
                guard let linked = link.context.traceParent else { continue }
                writer.object { writer in
                    writer.text("traceId", linked.traceID)
                    writer.text("spanId", linked.spanID)
                    writer.attributes(link.attributes)
                }
            }
        }
    }

    private mutating func attributes(_ attributes: SpanAttributes) {
        key("attributes")
        array { writer in
            // They are no sequence.
            // swift-format-ignore: ReplaceForEachWithForLoop
            attributes.forEach { name, value in
                writer.object { writer in
                    writer.text("key", name)
                    writer.key("value")
                    writer.object { $0.attribute(value) }
                }
            }
        }
    }

    private mutating func attribute(_ value: SpanAttribute) {
        switch value {
        case .int32(let number): text("intValue", "\(number)")
        case .int64(let number): text("intValue", "\(number)")
        case .bool(let bool):
            key("boolValue")
            self.bool(bool)
        case .string(let text): self.text("stringValue", text)
        case .stringConvertible(let value): text("stringValue", value.description)
        default: text("stringValue", "\(value)")
        }
    }

    private mutating func text(_ key: StaticString, _ value: String) {
        self.key(key)
        string(value)
    }
}

extension SpanKind {
    /// The protocol's number for it.
    fileprivate var number: Int {
        switch self {
        case .internal: 1
        case .server: 2
        case .client: 3
        case .producer: 4
        case .consumer: 5
        }
    }
}

extension SpanStatus {
    fileprivate var number: Int {
        switch code {
        case .ok: 1
        case .error: 2
        }
    }
}
