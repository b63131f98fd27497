import AuthGraph
import AuthorizationService
import CanonicalJSON
import MatrixEvents
import PostgresStore

/// Goes through the rooms of a store, a few at a time.
struct AuditRun {
    private let store: PostgresStore
    private let named: [RoomID]
    private let jobs: Int
    private let findingLimit: Int
    private let graph: AuthGraph

    /// - Parameter rooms: the rooms to go through; all where there are none.
    init(store: PostgresStore, rooms: [RoomID], jobs: Int, maxEvents: Int, findingLimit: Int) {
        self.store = store
        var seen: Set<RoomID> = []
        named = rooms.filter { seen.insert($0).inserted }
        self.jobs = jobs
        self.findingLimit = findingLimit
        var limits = AuthGraphLimits()
        limits.walkEventCount = maxEvents
        limits.walkCount = jobs
        graph = AuthGraph(store: store, limits: limits)
    }

    /// Goes through every room that `file` does not know yet.
    func summary(file: AuditFile) async throws -> AuditSummary {
        var summary = AuditSummary(layout: store.layout)
        for line in file.lines { summary.add(line) }
        let done = Set(file.lines.map(\.roomID))
        let rooms = try await rooms().filter { !done.contains($0.id) }
        var progress = ProgressBar(name: "audit", total: rooms.count)
        var events = 0
        try await withThrowingTaskGroup(of: AuditLine.self) { group in
            var next = rooms.makeIterator()
            for _ in 0..<jobs {
                guard let room = next.next() else { break }
                group.addTask { try await audit(room) }
            }
            var count = 0
            while let line = try await group.next() {
                try file.append(line)
                summary.add(line)
                count += 1
                events += line.eventCount
                progress.show(count, note: "\(count.grouped) rooms, \(events.grouped) events")
                if let room = next.next() { group.addTask { try await audit(room) } }
            }
        }
        progress.finish(note: "\(rooms.count.grouped) rooms, \(events.grouped) events")
        return summary
    }

    private func rooms() async throws -> [ListedRoom] {
        guard named.isEmpty else { return named.map { ListedRoom($0) } }
        var rooms: [ListedRoom] = []
        while true {
            let page = try await store.rooms(after: rooms.last?.id, limit: Self.pageSize)
            rooms += page
            if page.count < Self.pageSize { return rooms }
        }
    }

    /// What there is to say of a room. What concerns the room alone is said of it; an outage ends the audit.
    private func audit(_ room: ListedRoom) async throws -> AuditLine {
        if let version = room.unknownVersion {
            return AuditLine(room.id, failure: "its version \(version) is not known")
        }
        do throws(AuthGraphError) {
            let report = try await RoomReport(of: room.id, in: graph, findingLimit: findingLimit)
            // Whoever names a room expects it to be there.
            guard !report.isEmpty || named.isEmpty else {
                return AuditLine(room.id, failure: "there is no event of it that this build can read")
            }
            return AuditLine(report)
        } catch {
            switch error {
            case .tooLarge(let limit): return AuditLine(room.id, failure: "it has more than \(limit.grouped) events")
            case .corrupt(_, let explanation): return AuditLine(room.id, failure: explanation)
            case .missing: return AuditLine(room.id, failure: "events went away while it was gone through")
            case .store, .overloaded: throw error
            }
        }
    }

    private static let pageSize = 1_000
}

extension ListedRoom {
    fileprivate init(_ id: RoomID) {
        self.init(id: id, unknownVersion: nil)
    }
}
