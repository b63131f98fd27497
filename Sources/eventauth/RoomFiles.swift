import AuthGraph
import AuthorizationService
import MatrixEvents

/// Rooms from files, as they are: nothing is decided on the way in.
struct RoomFiles {
    let store = MemoryEventStore()
    /// Lines that tell of no event, or of no state.
    private(set) var refused: [ImportReport.Refusal] = []

    mutating func addEvents(_ name: String, showingProgress: Bool) throws {
        try addLines(name, showingProgress) { [store] line throws(ImportRefusal) in
            store.keep([try StoredEvent(line: line)])
        }
    }

    /// The first state that a file tells of a room is the one that counts.
    mutating func addStates(_ name: String) async throws {
        var states: [RoomID: [EventID]] = [:]
        try addLines(name, false) { line throws(ImportRefusal) in
            let state = try StateLine(line: line)
            if states[state.roomID] == nil { states[state.roomID] = state.ids }
        }
        for (roomID, ids) in states { try await store.saveState(ids, of: roomID) }
    }

    private mutating func addLines(
        _ name: String,
        _ showingProgress: Bool,
        _ add: ([UInt8]) throws(ImportRefusal) -> Void
    ) throws {
        var file = try InputFile(name)
        var progress = ProgressBar(name: file.name, total: showingProgress ? fileSize(name) : nil)
        var line = 0
        while let bytes = try file.readLine() {
            line += 1
            guard !bytes.allSatisfy({ $0 == 0x20 || $0 == 0x0D }) else { continue }
            do throws(ImportRefusal) {
                try add(bytes)
            } catch {
                refused.append(ImportReport.Refusal(place: "\(file.name), line \(line)", reason: "\(error)"))
            }
            if line % 500 == 0 { progress.show(file.offset, note: "\(line.grouped) lines") }
        }
        progress.finish(note: "\(line.grouped) lines")
    }
}
