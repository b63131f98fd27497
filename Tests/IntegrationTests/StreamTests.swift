import AuthGraph
import EventAuthorization
import EventTestSupport
import Foundation
import MatrixEvents
import Synchronization
import Testing

@testable import PostgresStore

@Suite(.serialized)
struct StreamTests {
    private let room: RoomID = "!room:a.example"

    @Test
    func `a chain is what can be reached by citation, each event once`() async throws {
        let store = try await makeStore()
        let outcome = StoredOutcome(
            verdict: .allow,
            rule: "test",
            isRejected: true,
            chainVerdict: ChainVerdict(verdict: .deny, rule: "other")
        )
        let events = try [
            makeEvent("$create"), makeEvent("$power", authEvents: ["$create"], outcome: outcome),
            makeEvent("$member", authEvents: ["$create", "$power", "$absent"]),
            makeEvent("$top", authEvents: ["$member", "$power", "$create"]),
            makeEvent("$aside", authEvents: ["$top"]),
        ]
        _ = try await store.save(events)
        let received = ReceivedEvents()
        try await store.streamChain(from: ["$top", "$power", "$top", "$nobody"], in: room) { received.append($0) > 0 }
        #expect(received.ids.count == 4)
        #expect(Set(received.ids) == ["$create", "$power", "$member", "$top"])
        let power = try #require(received.all.first { $0.id == "$power" })
        #expect(power.pdu == events[1].pdu)
        #expect(power.outcome == outcome)
        #expect(power.roomID == room)
    }

    @Test
    func `a chain stays within its room, though ids are shared`() async throws {
        let store = try await makeStore()
        let here = try [
            makeEvent("$create"), makeEvent("$shared", authEvents: ["$create"]),
            makeEvent("$top", authEvents: ["$shared", "$foreign"]),
        ]
        let other = "!other:a.example"
        let there = try [
            makeEvent("$shared", room: other, authEvents: ["$foreign"], body: "theirs"),
            makeEvent("$foreign", room: other), makeEvent("$top", room: other),
        ]
        _ = try await store.save(here + there)
        let received = ReceivedEvents()
        try await store.streamChain(from: ["$top"], in: room) { received.append($0) > 0 }
        #expect(Set(received.ids) == ["$create", "$shared", "$top"])
        #expect(received.ids.count == 3)
        #expect(received.all.allSatisfy { $0.roomID == room })
    }

    @Test(arguments: RoomVersion.specified)
    func `a chain ends at the create event, cited or named by the room id`(version: RoomVersion) async throws {
        var testRoom = try TestRoom(version: version)
        try testRoom.join(.alice)
        try testRoom.setPowerLevels(["users": ["@alice:a": 100]], by: .alice)
        let store = try await makeStore()
        _ = try await store.save(testRoom.events.map { NewEvent($0, pdu: $0.pdu, outcome: .allowed) })
        let last = try #require(testRoom.events.last)
        let received = ReceivedEvents()
        try await store.streamChain(from: [last.id], in: testRoom.id) { received.append($0) > 0 }
        #expect(Set(received.ids) == Set(testRoom.events.map(\.id)))
    }

    @Test
    func `a chain of 20,000 events is one query`() async throws {
        var database = try await TemporaryPostgres.shared.makeDatabase()
        database.streamConnectionCount = 1
        let store = try await makeStore(database)
        let other = makeConnection(database)
        try await other.fillRoom(eventCount: 20_000)
        let received = ReceivedEvents()
        let firstArrival = Mutex<Date?>(nil)
        try await store.streamChain(from: ["$20000"], in: room) { event in
            firstArrival.withLock { $0 = $0 ?? Date() }
            return received.append(event) > 0
        }
        #expect(received.ids.count == 20_000)
        #expect(Set(received.ids) == Set((1...20_000).map { EventID("$\($0)") }))
        // The one connection's last statement began before the first event came, so all of them are its answer.
        let starts = try await other.texts(
            """
            SELECT extract(epoch FROM query_start)::text FROM pg_stat_activity
            WHERE datname = current_database() AND query LIKE 'WITH RECURSIVE%'
            """
        )
        let start = try #require(starts.first.flatMap(Double.init))
        #expect(starts.count == 1)
        #expect(start < (try #require(firstArrival.withLock { $0 }).timeIntervalSince1970))
    }

    @Test
    func `events come in the order in which they are asked for`() async throws {
        let database = try await TemporaryPostgres.shared.makeDatabase()
        let store = try await makeStore(database)
        try await makeConnection(database).fillRoom(eventCount: 20_000)
        _ = try await store.save([try makeEvent("$foreign", room: "!other:a.example")])
        let ids = (1...20_000).map { EventID("$\($0)") }.shuffled()
        let received = ReceivedEvents()
        try await store.stream(["$absent"] + ids + ["$foreign", "$7", "$7"], in: room) { received.append($0) > 0 }
        #expect(received.ids == ids + ["$7", "$7"])
    }

    @Test
    func `no ids are no question`() async throws {
        let store = PostgresStore(configuration: PostgresConfiguration(url: "nowhere"), logger: .quiet)
        try await store.stream([], in: room) { _ in true }
        try await store.streamChain(from: [], in: room) { _ in true }
        try await store.saveChainVerdicts([], in: room)
        #expect(try await store.load([]).isEmpty)
    }

    @Test
    func `a stream is never in memory as a whole`() async throws {
        let database = try await TemporaryPostgres.shared.makeDatabase()
        let store = try await makeStore(database)
        try await makeConnection(database).fillRoom(eventCount: 20_000, pduByteCount: 10_000)
        let before = residentBytes()
        let byteCount = Mutex(0)
        let peak = Mutex(0)
        try await store.streamChain(from: ["$20000"], in: room) { event in
            let sum = byteCount.withLock { count in
                count += event.pdu.count
                return count
            }
            if sum % 10_000_000 == 0 { peak.withLock { $0 = max($0, residentBytes()) } }
            return true
        }
        #expect(byteCount.withLock { $0 } == 200_000_000)
        #expect(peak.withLock { $0 } - before < 100_000_000)
    }
}

/// The memory that this process has at present.
private func residentBytes() -> Int {
    let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ")
    return (pages?.dropFirst().first.flatMap { Int($0) } ?? 0) * Int(getpagesize())
}

extension StoredOutcome {
    fileprivate static let allowed = StoredOutcome(verdict: .allow, rule: "test", isRejected: false)
}
