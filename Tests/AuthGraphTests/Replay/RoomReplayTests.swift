import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

@testable import AuthGraph

struct RoomReplayTests {
    @Test(arguments: RoomVersion.allCases)
    func `in a room that keeps to the rules nothing is found`(version: RoomVersion) async throws {
        let room = try TestRoom.busy(version)
        let result = try await replay(room)
        #expect(result.findings.isEmpty)
        #expect(result.tally.allowed == room.events.count)
        #expect(result.firstDenied == nil)
    }

    @Test(arguments: RoomVersion.allCases)
    func `a wrong flag is told of once, and not again for everything that rests on it`(
        version: RoomVersion
    ) async throws {
        let room = try TestRoom.busy(version)
        let levels = try #require(room[.powerLevels])
        let result = try await replay(room, rejected: [levels.id])
        let found = result.findings(.rejectedButAllowed)
        #expect(found.map(\.eventID) == [levels.id])
        #expect(found.first?.decision?.verdict == .allow)
        let citing = room.events.filter { $0.authEvents.contains(levels.id) }
        let cited = result.findings(.rejectedCited)
        #expect(cited.map(\.eventID) == [levels.id])
        #expect(cited.first?.relatedCount == citing.count)
        let named = cited.first?.related ?? []
        #expect(Set(named).isSubset(of: citing.map(\.id)))
        #expect(result.findings(.stateNeverAllowed).map(\.eventID) == [levels.id])
        #expect(result.findings.count == 3)
    }

    @Test(arguments: RoomVersion.specified)
    func `forged power levels are named, first, and so is what rests on them`(version: RoomVersion) async throws {
        var room = try TestRoom.busy(version)
        // Bob, at 50, makes himself the master of the room, and uses it.
        let forged = try room.setPowerLevels(["users": room.levels([.alice: 100, .bob: 1_000])], by: .bob)
        let ban = try room.ban(.alice, by: .bob)
        let result = try await replay(room)
        #expect(result.firstDenied == forged.id)
        let found = result.findings(.acceptedButDenied)
        #expect(found.map(\.eventID) == [forged.id, ban.id])
        #expect(found.last?.decision?.rule == .authEventsRejected)
        #expect(found.last?.decision?.decidedBy == [forged.id])
        #expect(Set(result.findings(.stateNeverAllowed).map(\.eventID)) == [forged.id, ban.id])
    }

    @Test
    func `what was rightly rejected is no finding, though it is the first that is denied`() async throws {
        var room = try TestRoom.furnished(.v11)
        let stranger = try room.event("m.room.message", by: .bob)
        try room.join(.carol)
        let result = try await replay(room, with: [stranger], rejected: [stranger.id])
        #expect(result.findings.isEmpty)
        #expect(result.firstDenied == stranger.id)
        #expect(result.tally.denied == 1)
    }

    @Test(arguments: RoomVersion.allCases)
    func `an event that was cut out is named, with those that cite it`(version: RoomVersion) async throws {
        var room = try TestRoom.furnished(version)
        let join = try room.join(.bob)
        let message = try room.send("m.room.message", by: .bob)
        let result = try await replay(room, without: [join.id])
        let found = result.findings(.referenceMissing)
        #expect(found.map(\.eventID) == [join.id])
        #expect(found.first?.related == [message.id])
        #expect(result.findings(.stateMissing).map(\.eventID) == [join.id])
        #expect(result.tally.undecided == 1)
        #expect(result.findings.count == 2)
    }

    @Test
    func `of what cannot be decided the store's word is taken`() async throws {
        var room = try TestRoom.furnished(.v11)
        let join = try room.join(.bob)
        let name = try room.setMembership("join", of: .bob, content: ["displayname": "Bob"])
        let message = try room.send("m.room.message", by: .bob)
        let accepted = try await replay(room, without: [join.id])
        #expect(accepted.findings(.acceptedButDenied).isEmpty)
        let rejected = try await replay(room, without: [join.id], rejected: [name.id])
        #expect(rejected.findings(.acceptedButDenied).map(\.eventID) == [message.id])
    }

    @Test
    func `content that is not that of its id is named, and what cites it goes undecided`() async throws {
        var room = try TestRoom.furnished(.v11)
        let join = try room.join(.bob)
        let message = try room.send("m.room.message", by: .bob)
        let store = MemoryEventStore()
        try await store.save(room.events)
        let altered = try room.membership("join", of: .carol)
        try await store.saveState(room.state.values.map(\.id), of: room.id)
        store.keep([
            StoredEvent(id: join.id, roomID: room.id, roomVersion: .v11, pdu: altered.pdu, outcome: .allowed)
        ])
        let result = try await ReplayResult(of: room.id, in: AuthGraph(store: store))
        #expect(result.findings(.contentMismatch).map(\.eventID) == [join.id])
        #expect(result.findings(.referenceMissing).first?.related == [message.id])
        let unreadable = result.findings(.stateMissing)
        #expect(unreadable.map(\.eventID) == [join.id])
        #expect(unreadable.first?.detail == "the current state has it, and it is stored, but cannot be read")
    }

    @Test
    func `a circle of citations is named, and the rest of the room decided`() async throws {
        let room = try TestRoom.furnished(.v1)
        var first = try room.template(.member, by: .bob, stateKey: "@bob:b.example", content: ["membership": "join"])
        var second = first
        first.opaqueID = "$first:b.example"
        second.opaqueID = "$second:b.example"
        second.authEvents.append(try first.event())
        first.authEvents.append(try second.event())
        let circle = [try first.event(), try second.event()]
        let result = try await replay(room, with: circle)
        #expect(Set(result.findings(.circle).map(\.eventID)) == Set(circle.map(\.id)))
        #expect(result.tally.allowed == room.events.count)
    }

    @Test
    func `an event that cites one of another room is denied for it`() async throws {
        let other = try TestRoom.furnished(.v11, id: "other")
        let room = try TestRoom.furnished(.v11)
        let strange = try room.event("m.room.message", by: .alice, citing: Array(other.events.prefix(3)))
        let store = MemoryEventStore()
        try await store.save(other.events + room.events + [strange])
        let result = try await ReplayResult(of: room.id, in: AuthGraph(store: store))
        #expect(result.findings(.acceptedButDenied).map(\.eventID) == [strange.id])
        #expect(result.findings.first?.decision?.rule == .authEventsWrongRoom)
    }

    @Test
    func `pages of any size find the same`() async throws {
        var room = try TestRoom.busy(.v11)
        try room.setPowerLevels(["users": room.levels([.alice: 100, .bob: 1_000])], by: .bob)
        try room.ban(.alice, by: .bob)
        let whole = try await replay(room)
        let paged = try await replay(room, pageSize: 3)
        #expect(whole.findings.map(\.eventID) == paged.findings.map(\.eventID))
        #expect(whole.tally == paged.tally)
    }

    @Test
    func `a room of more events than a walk may visit is refused`() async throws {
        let room = try TestRoom.busy(.v11)
        var limits = AuthGraphLimits()
        limits.walkEventCount = 4
        let store = MemoryEventStore()
        try await store.save(room.events)
        let graph = AuthGraph(store: store, limits: limits)
        await #expect(throws: AuthGraphError.tooLarge(limit: 4)) { try await graph.replay(of: room.id) }
    }

    @Test
    func `a replay that stopped goes on where it was, from memory or anew`() async throws {
        let room = try TestRoom.busy(.v11)
        let store = CountingStore()
        _ = try await store.save(room.events.map { NewEvent($0, pdu: $0.pdu, outcome: .allowed) })
        let graph = AuthGraph(store: store)
        var replay = try await graph.replay(of: room.id)
        _ = try await replay.nextPage(limit: 5)
        graph.keep(replay)
        for _ in 0..<2 {
            let again = try await graph.replay(of: room.id, fingerprint: replay.fingerprint, position: 5)
            #expect(again?.progress.done == 5)
        }
        let other = try await graph.replay(of: room.id, fingerprint: replay.fingerprint ^ 1, position: 5)
        #expect(other == nil)
    }
}
