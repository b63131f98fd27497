import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

@testable import AuthorizationService

/// Users who stand alike are decided about once for all.
struct StandingTests {
    @Test(arguments: RoomVersion.allCases)
    func `however many members stand alike, one of them is decided about`(version: RoomVersion) async throws {
        var room = try moderatedRoom(version)
        for number in 0..<60 { try room.join(UserID(stringLiteral: "@user\(number):\(number % 3 == 0 ? "a" : "u")")) }
        let users = room.levels([.alice: 100, .bob: 50, "@dave:d": 50])
        let content: TestJSON = ["users": users, "users_default": 60, "ban": 70]
        let event = try room.event(.powerLevels, by: .alice, stateKey: "", content: content)
        var whatIf = WhatIf(event, in: RoomState(room), actors: [])
        let effects = whatIf.users.map { whatIf.effect(on: $0) }
        let administrators = try await whatIf.administrators()
        // Alice, Bob and Dave, and a member of the creator's server and one of another for all the others: of effects, before
        // and after.
        #expect(whatIf.decidedCount <= 3 * 5)
        let members = effects.filter { $0.user.description.hasPrefix("@user") }
        #expect(members.count == 60 && members.allSatisfy { $0.gained.contains(.redact) && $0.lost.isEmpty })
        #expect(Set(administrators.before) == [.alice, .bob, "@dave:d"])
        #expect(administrators.after.count == 20)
    }

    @Test(arguments: RoomVersion.allCases)
    func `what many are told together is what is decided of each`(version: RoomVersion) async throws {
        var room = try moderatedRoom(version)
        for number in 0..<4 { try room.join(UserID(stringLiteral: "@user\(number):\(number % 2 == 0 ? "a" : "u")")) }
        for user in ["@erin:a", "@frank:f"] as [UserID] { try room.invite(user) }
        for user in ["@mallory:m", "@mike:a"] as [UserID] { try room.ban(user) }
        try room.setMembership("leave", of: "@user3:u")
        let listed = room.levels([.alice: 100, "@user0:a": 60, "@ghost:g": 60])
        let events = [
            try room.event(.powerLevels, by: .alice, stateKey: "", content: ["users": listed, "users_default": 50]),
            try room.event(
                .create,
                by: "@user0:a",
                stateKey: "",
                content: ["creator": "@user0:a", "m.federate": false]
            ),
            try room.event(.joinRules, by: .alice, stateKey: "", content: ["join_rule": "x", "may_join": ["@mike:a"]]),
            try room.membership("join", of: "@frank:f"), try room.membership("ban", of: "@user1:u", by: .alice),
        ]
        for event in events {
            let before = RoomState(room)
            let after = before.adding(AuthEvent(event))
            var whatIf = WhatIf(event, in: before, actors: [])
            for user in whatIf.users {
                let effect = whatIf.effect(on: user)
                let could = abilities(user, in: before)
                let can = abilities(user, in: after)
                #expect(Set(effect.gained) == can.subtracting(could), "\(user) after \(event.type)")
                #expect(Set(effect.lost) == could.subtracting(can), "\(user) after \(event.type)")
            }
            let administrators = try await whatIf.administrators()
            for (named, state) in [(administrators.before, before), (administrators.after, after)] {
                let all = whatIf.users.filter { abilities($0, in: state).contains(.state(.powerLevels)) }
                #expect(Set(named) == Set(all))
            }
        }
    }

    private func abilities(_ user: UserID, in state: RoomState) -> Set<ModerationAction> {
        Set(
            WhatIf.abilities.filter { ability in
                let action = ActionInRoom(
                    action: ability,
                    target: nil,
                    anybody: .stranger(to: [state], otherThan: [user])
                )
                return action.held(by: user, in: action.state(state))?.decide().verdict == .allow
            }
        )
    }
}

extension RoomState {
    /// The state of `room`.
    fileprivate init(_ room: TestRoom) {
        let events = room.state.map { (place: $0.key, cited: CitedEvent($0.value)) }
        self.init(of: (room.id, room.version), events, impliedCreate: CitedEvent(room.create))
    }
}
