import AuthGraph
import AuthorizationService
import CanonicalJSON
import MatrixEvents

/// Imports files of events, and remembers what was refused.
struct FileImporter {
    private var events: EventImport
    private var refused: [ImportReport.Refusal] = []

    /// Lines that are decided and stored together.
    private static let chunkSize = 500

    init(into graph: AuthGraph) {
        events = EventImport(into: graph)
    }

    mutating func add(_ name: String, showingProgress: Bool) async throws {
        var file = try InputFile(name)
        var progress = ProgressBar(name: file.name, total: showingProgress ? fileSize(name) : nil)
        var chunk: [ImportedEvent] = []
        var line = 0
        while let bytes = try file.readLine() {
            line += 1
            guard !bytes.allSatisfy({ $0 == 0x20 || $0 == 0x0D }) else { continue }
            do {
                chunk.append(try ImportedEvent(line: bytes))
            } catch {
                refused.append(ImportReport.Refusal(place: "\(file.name), line \(line)", reason: "\(error)"))
            }
            guard chunk.count == Self.chunkSize else { continue }
            try await events.add(chunk)
            chunk = []
            progress.show(file.offset, note: "\(line.grouped) lines")
        }
        try await events.add(chunk)
        progress.finish(note: "\(line.grouped) lines")
    }

    func finish() -> ImportReport {
        let waiting = events.finish().map { event, refusal in
            ImportReport.Refusal(place: event.event.id.text.string, reason: "\(refusal)")
        }
        return ImportReport(summary: events.summary, refused: refused + waiting)
    }
}
