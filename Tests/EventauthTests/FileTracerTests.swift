import CanonicalJSON
import Foundation
import JSONRPC
import Logging
import Testing
import Tracing

@testable import eventauth

/// Spans as OpenTelemetry's collector reads them.
struct FileTracerTests {
    private static let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    private let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    private let file: LineFile
    private let tracer: FileTracer

    init() throws {
        file = try LineFile(path, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        tracer = FileTracer(file: file)
    }

    @Test
    func `a span has what was noted in it`() throws {
        let span = span(in: Self.parent)
        span.attributes = ["text": "a", "number": 5, "flag": true]
        span.recordError(CancellationError(), attributes: [:], at: DefaultTracerClock.now)
        span.addLink(SpanLink(context: self.span(in: Self.parent).context, attributes: [:]))
        span.setStatus(SpanStatus(code: .error, message: "no"))
        span.end()
        let object = try #require(try spans().first)
        #expect(object["name"]?.text?.string == "work")
        #expect(object["traceId"]?.text?.string == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(object["parentSpanId"]?.text?.string == "00f067aa0ba902b7")
        #expect(object["kind"]?.number?.int64 == 1)
        let attributes = object["attributes"]?.array?.compactMap(\.object) ?? []
        #expect(
            Set(attributes.map { String(decoding: $0.value.source, as: UTF8.self) }) == [
                #"{"key":"text","value":{"stringValue":"a"}}"#, #"{"key":"number","value":{"intValue":"5"}}"#,
                #"{"key":"flag","value":{"boolValue":true}}"#,
            ]
        )
        #expect(object["events"]?.array?.compactMap { $0.object?["name"]?.text?.string } == ["exception"])
        let links = object["links"]?.array?.compactMap(\.object) ?? []
        #expect(links.count == 1 && links.first?["spanId"]?.text?.count == 16)
        #expect(object["status"]?.object?["code"]?.number?.int64 == 2)
    }

    @Test
    func `a span is written once, however often it ends`() throws {
        let span = span(in: Self.parent)
        #expect(span.isRecording)
        span.end()
        span.end()
        #expect(!span.isRecording)
        #expect(try spans().count == 1)
    }

    @Test(arguments: [nil, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", "nonsense"])
    func `what no caller records is written nowhere`(traceParent: String?) throws {
        let span = span(in: traceParent)
        #expect(!span.isRecording)
        span.end()
        #expect(try spans().isEmpty)
    }

    @Test
    func `a trace goes on in what is called from here`() throws {
        let span = span(in: Self.parent)
        var headers: [String: String] = [:]
        tracer.inject(span.context, into: &headers, using: Headers())
        let handed = try #require(headers["traceparent"].flatMap { TraceParent($0) })
        #expect(handed.traceID == "4bf92f3577b34da6a3ce929d0e0e4736" && handed.isSampled)
        #expect(handed.spanID != "00f067aa0ba902b7" && handed == span.context.traceParent)
    }

    /// A span within that of a caller who sends this header.
    private func span(in traceParent: String?) -> FileSpan {
        var context = ServiceContext.topLevel
        tracer.extract(traceParent.map { ["traceparent": $0] } ?? [:], into: &context, using: Headers())
        return tracer.startSpan("work", context: context, ofKind: .internal)
    }

    /// The spans that were written so far.
    private func spans() throws -> [JSONObject] {
        file.flush()
        let text = try String(contentsOfFile: path, encoding: .utf8)
        return try text.split(separator: "\n").map { line in
            let resource = try JSONDocument(parsing: String(line)).root.object?.only("resourceSpans")
            return try #require(resource?.only("scopeSpans")?.only("spans"))
        }
    }
}

private struct Headers: Extractor, Injector {
    func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }

    func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) { carrier[key] = value }
}

extension JSONObject {
    /// The one object of the array under `key`.
    fileprivate func only(_ key: StaticString) -> JSONObject? {
        let objects = self[key]?.array?.compactMap(\.object) ?? []
        return objects.count == 1 ? objects.first : nil
    }
}
