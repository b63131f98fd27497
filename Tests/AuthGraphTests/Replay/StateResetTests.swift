import EventTestSupport
import MatrixEvents
import Testing

@testable import AuthGraph

/// When a current state is suspected to have fallen back.
struct StateResetTests {
    @Test(arguments: RoomVersion.specified)
    func `a state that has an old event though a newer one came after it is suspected`(
        version: RoomVersion
    ) async throws {
        var room = try TestRoom.furnished(version)
        try room.join(.bob)
        let ban = try room.ban(.bob)
        try room.send("m.room.message", by: .alice)
        let join = try #require(room.events.first { $0.sender == .bob })
        var state = room.state
        state[try #require(join.stateKeyPair)] = join
        let result = try await replay(room, state: state.values.map(\.id))
        let found = result.findings(.stateReset)
        #expect(found.map(\.eventID) == [join.id])
        #expect(found.first?.related == [ban.id])
        #expect(result.findings.count == 1)
    }

    @Test
    func `a state that lacks what was set is suspected`() async throws {
        var room = try TestRoom.furnished(.v11)
        let topic = try room.send("m.room.topic", by: .alice, stateKey: "", content: ["topic": "tea"])
        try room.send("m.room.message", by: .alice)
        let state = room.state.values.filter { $0 !== topic }.map(\.id)
        let result = try await replay(room, state: state)
        #expect(result.findings(.stateReset).map(\.eventID) == [topic.id])
    }

    @Test
    func `what the current state speaks against was lost rightly`() async throws {
        var room = try TestRoom.furnished(.v11)
        try room.setPowerLevels(["users": room.levels([.alice: 100]), "state_default": 0])
        try room.join(.bob)
        let old = try room.send("m.room.topic", by: .alice, stateKey: "", content: ["topic": "tea"])
        let new = try room.send("m.room.topic", by: .bob, stateKey: "", content: ["topic": "coffee"])
        try room.ban(.bob)
        try room.send("m.room.message", by: .alice)
        // Bob set the topic while alice banned him.
        var state = room.state
        state[try #require(new.stateKeyPair)] = old
        let result = try await replay(room, state: state.values.map(\.id))
        #expect(result.findings.isEmpty)
    }

    @Test
    func `an event that nothing came after may be on its way into the state, or was refused softly`() async throws {
        var room = try TestRoom.furnished(.v11)
        let state = room.state.values.map(\.id)
        try room.send("m.room.topic", by: .alice, stateKey: "", content: ["topic": "tea"])
        #expect(try await replay(room, state: state).findings.isEmpty)
    }

    @Test
    func `of events made side by side the state may have either`() async throws {
        var room = try TestRoom.furnished(.v11)
        let one = try room.event("m.room.topic", by: .alice, stateKey: "", content: ["topic": "tea"])
        var template = try room.template("m.room.topic", by: .alice, stateKey: "", content: ["topic": "coffee"])
        template.depth = .raw("90")
        let other = try template.event()
        room.add(other)
        room.add(one)
        try room.send("m.room.message", by: .alice)
        var last = try room.template("m.room.message", by: .alice)
        last.prevEvents = [one, other]
        room.add(try last.event())
        var state = room.state
        state[try #require(one.stateKeyPair)] = one
        #expect(try await replay(room, state: state.values.map(\.id)).findings.isEmpty)
    }

    @Test
    func `what an event made beside it speaks against was lost rightly, even where that has passed`() async throws {
        var room = try TestRoom.furnished(.v11)
        let fork = try #require(room.events.last)
        let closing = try room.event(.joinRules, by: .alice, stateKey: "", content: ["join_rule": "invite"])
        let join = try room.join(.bob)
        // Bob joined while alice closed the room, which she opened again later.
        var reopening = try room.template(.joinRules, by: .alice, stateKey: "", content: ["join_rule": "public"])
        reopening.prevEvents = [closing, join]
        room.add(closing)
        room.add(try reopening.event())
        try room.send("m.room.message", by: .alice)
        #expect(closing.prevEvents == [fork.id])
        let state = room.state.values.filter { $0 !== join }.map(\.id)
        #expect(try await replay(room, state: state).findings.isEmpty)
    }

    /// A room whose name was lost, and much else before that; without the state's fallen places.
    private func roomWithDecoys() throws -> (room: TestRoom, state: [EventID], lost: Event) {
        var room = try TestRoom.furnished(.v11)
        var state = room.state.values.map(\.id)
        for number in 0..<4 {
            var decoy = try room.template("org.example.decoy", by: .alice, stateKey: "\(number)", content: [:])
            decoy.depth = .raw("1000000")
            room.add(try decoy.event())
            state.append(try room.send("org.example.decoy", by: .alice, stateKey: "\(number)", content: [:]).id)
        }
        // The order is that of citations, so that what comes after new power levels comes last.
        let levels = try room.setPowerLevels(["users": room.levels([.alice: 100])])
        state = state.filter { $0 != room.events.first { $0.type == .powerLevels }?.id } + [levels.id]
        let name = try room.send("m.room.name", by: .alice, stateKey: "", content: ["name": "tea"])
        try room.send("m.room.message", by: .alice)
        return (room, state, name)
    }

    @Test
    func `of many events that may have been lost the last ones are looked at, and others counted`() async throws {
        let (room, state, lost) = try roomWithDecoys()
        var limits = AuthGraphLimits()
        limits.replaySuspectCount = 2
        let result = try await replay(room, state: state, limits: limits)
        #expect(result.findings(.stateReset).map(\.eventID) == [lost.id])
        #expect(result.unexaminedCount == 3)
        let whole = try await replay(room, state: state)
        #expect(whole.findings(.stateReset).map(\.eventID) == [lost.id])
        #expect(whole.unexaminedCount == 0)
    }

    @Test
    func `places for which too much of the past would have to be searched are counted`() async throws {
        let (room, state, _) = try roomWithDecoys()
        var limits = AuthGraphLimits()
        limits.replayVisitCount = 3
        let result = try await replay(room, state: state, limits: limits)
        #expect(result.findings(.stateReset).isEmpty)
        #expect(result.unexaminedCount == 5)
    }

    @Test
    func `a place that may be that of an event which cannot be had is not suspected`() async throws {
        var room = try TestRoom.furnished(.v11)
        let old = try room.send("m.room.topic", by: .alice, stateKey: "", content: ["topic": "tea"])
        let new = try room.send("m.room.topic", by: .alice, stateKey: "", content: ["topic": "coffee"])
        try room.send("m.room.message", by: .alice)
        let missing = try await replay(room, without: [new.id])
        #expect(missing.findings(.stateMissing).map(\.eventID) == [new.id])
        #expect(missing.findings(.stateReset).isEmpty)
        // Where the state has an event that can be had, the place is that one's.
        let state = room.state.values.filter { $0 !== new }.map(\.id) + [old.id, EventID("$nowhere")]
        let fallen = try await replay(room, state: state)
        #expect(fallen.findings(.stateReset).map(\.eventID) == [old.id])
    }

    @Test
    func `where the power levels of the state cannot be had it allows nothing for certain`() async throws {
        var room = try TestRoom.furnished(.v11)
        let levels = try room.setPowerLevels(["users": room.levels([.alice: 100])])
        let old = try room.send("m.room.topic", by: .alice, stateKey: "", content: ["topic": "tea"])
        let new = try room.send("m.room.topic", by: .alice, stateKey: "", content: ["topic": "coffee"])
        try room.send("m.room.message", by: .alice)
        let state = room.state.values.filter { $0 !== new && $0 !== levels }.map(\.id) + [old.id]
        #expect(try await replay(room, state: state).findings(.stateReset).map(\.eventID).contains(old.id))
        let gapped = try await replay(room, state: state + [EventID("$nowhere")])
        #expect(gapped.findings(.stateReset).isEmpty)
    }

    @Test
    func `where no state is known none is suspected`() async throws {
        let room = try TestRoom.busy(.v11)
        let store = MemoryEventStore()
        try await store.save(room.events)
        let result = try await ReplayResult(of: room.id, in: AuthGraph(store: store))
        #expect(result.stateCount == nil)
        #expect(result.findings.isEmpty)
    }
}
