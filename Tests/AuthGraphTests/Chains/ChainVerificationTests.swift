import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

@testable import AuthGraph

struct ChainVerificationTests {
    @Test(arguments: RoomVersion.allCases)
    func `a room that keeps to the rules verifies from its create event on`(version: RoomVersion) async throws {
        let room = try TestRoom.busy(version)
        let (graph, _) = try await graph(storing: room.events)
        let verdicts = try await graph.verify(room.events, in: room.id)
        for event in room.events { #expect(verdicts[event.id] == .allow, "\(event.type)") }
    }

    @Test(arguments: RoomVersion.specified)
    func `an event that usurps power takes those down that cite it`(version: RoomVersion) async throws {
        var room = try TestRoom.busy(version)
        // Bob, at 50, makes himself the master of the room, and uses it.
        try room.setPowerLevels(["users": room.levels([.alice: 100, .bob: 1_000])], by: .bob)
        try room.ban(.alice, by: .bob)
        let (graph, _) = try await graph(storing: room.events)
        let verdicts = try await graph.verify(room.events, in: room.id)
        #expect(room.events.map { verdicts[$0.id] }.suffix(2) == [.deny, .deny])
        #expect(room.events.dropLast(2).allSatisfy { verdicts[$0.id] == .allow })
    }

    @Test
    func `nobody's word is taken for an event being accepted or rejected`() async throws {
        let room = try TestRoom.busy(.v11)
        let (graph, store) = try await graph(storing: room.events)
        store.rejected = Set(room.events.map(\.id))
        let verdicts = try await graph.verify(room.events, in: room.id)
        #expect(verdicts.values.allSatisfy { $0 == .allow })
    }

    @Test
    func `content that its hash does not cover is left out`() async throws {
        var room = try TestRoom.furnished(.v10)
        var template = try room.template(.joinRules, by: .alice, stateKey: "", content: ["join_rule": "public"])
        template.claimedHash = "AAAA"
        room.add(try template.event())
        var levels = try room.template(
            .powerLevels,
            by: .alice,
            stateKey: "",
            // Redaction takes `invite` out until v10: with it bob could not invite.
            content: ["users": room.levels([.alice: 100]), "invite": 100]
        )
        levels.claimedHash = "AAAA"
        room.add(try levels.event())
        try room.join(.bob)
        try room.invite(.carol, by: .bob)
        let (graph, _) = try await graph(storing: room.events)
        let verdicts = try await graph.verify(room.events, in: room.id)
        #expect(room.events.map { verdicts[$0.id] }.last == .allow)
        #expect(room.decide(room.events[room.events.count - 1]).verdict == .deny)
    }

    @Test
    func `verdicts are remembered in memory and in the store, and not asked for again`() async throws {
        let room = try TestRoom.busy(.v12)
        let (first, store) = try await graph(storing: room.events)
        _ = try await first.verify(room.events, in: room.id)
        // A message is nobody's auth event, and memory does not keep it.
        let heads = room.events.filter { $0.stateKey != nil }.map(\.id)
        let queries = first.statistics.queryCount
        #expect(try await first.knownChainVerdicts(of: heads, in: room.id).count == heads.count)
        #expect(first.statistics.queryCount == queries)
        let second = AuthGraph(store: store)
        let known = try await second.knownChainVerdicts(of: heads, in: room.id)
        #expect(heads.allSatisfy { known[$0] == .allow })
        #expect(second.statistics.queryCount == 1)
        let verification = try await second.verification(of: heads, in: room.id)
        #expect(verification.progress.total <= 1)
    }

    @Test
    func `what something else refuses counts as denied, and is not remembered`() async throws {
        let room = try TestRoom.busy(.v11)
        let (graph, _) = try await graph(storing: room.events)
        let heads = room.events.map(\.id)
        var verification = try await graph.verification(of: heads, in: room.id, anew: true)
        try await verification.forEachPage { verification, page in
            #expect(page.wholeEvents.count == heads.count)
            let known = verification.decide(page, refusing: [room.events[0].id])
            #expect(known.isEmpty)
        }
        #expect(verification.verdicts(of: heads).values.allSatisfy { $0 == .deny })
        #expect(try await graph.knownChainVerdicts(of: heads, in: room.id).isEmpty)
    }

    @Test
    func `what a page has no room for comes with the next one`() async throws {
        var room = try TestRoom.furnished(.v11)
        let filling = TestJSON.string(String(repeating: "x", count: 60_000))
        for number in 0..<200 {
            room.add(try room.event("m.room.topic", by: .alice, stateKey: "\(number)", content: ["topic": filling]))
        }
        let (graph, _) = try await graph(storing: room.events)
        let heads = room.events.map(\.id)
        var verification = try await graph.verification(of: heads, in: room.id)
        var pages: [[Event]] = []
        try await verification.forEachPage { verification, page in
            pages.append(page.wholeEvents)
            _ = verification.decide(page)
        }
        #expect(pages.count == 2)
        for page in pages { #expect(page.map(\.pdu.count).reduce(0, +) < (8 << 20) + 65_536) }
        #expect(Set(pages.joined().map(\.id)) == Set(heads))
        #expect(pages.joined().count == heads.count)
        #expect(verification.verdicts(of: heads).values.filter { $0 == .allow }.count == heads.count)
    }

    @Test
    func `without an event of the chain there is no verdict`() async throws {
        let room = try TestRoom.busy(.v11)
        let (graph, _) = try await graph(storing: room.events.filter { $0.id != room.events[2].id })
        await #expect(throws: AuthGraphError.missing([room.events[2].id])) {
            try await graph.verify(room.events.suffix(1), in: room.id)
        }
    }

    @Test
    func `the draft of 2014 finds the create event at the far end of the chain`() async throws {
        var room = try TestRoom.furnished(.draft2014)
        try room.join(.bob)
        let cited = room.events.filter { !$0.isCreate && $0.type != .joinRules }
        room.add(
            try room.event(
                "m.room.message",
                by: .bob,
                citing: cited.filter { $0.sender == .bob || $0.type == .powerLevels }
            )
        )
        let (graph, _) = try await graph(storing: room.events)
        _ = try await graph.verify(room.events.dropLast(), in: room.id)
        let verdicts = try await graph.verify(room.events, in: room.id)
        #expect(verdicts.values.allSatisfy { $0 == .allow })
    }
}

extension AuthGraph {
    /// Verifies the chains of `heads`, and keeps what that says.
    @discardableResult
    func verify(_ heads: some Sequence<Event>, in roomID: RoomID) async throws -> [EventID: Decision.Verdict] {
        let ids = heads.map(\.id)
        var verification = try await verification(of: ids, in: roomID)
        try await verification.forEachPage { (verification, page) throws(AuthGraphError) in
            try await save(verification.decide(page), in: roomID)
        }
        return verification.verdicts(of: ids)
    }
}
