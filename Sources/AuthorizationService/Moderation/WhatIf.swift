import CanonicalJSON
import EventAuthorization
import JSONRPC
import MatrixEvents

/// A room before and after an event, whether that is allowed or not.
struct WhatIf {
    /// What users may do in a room, as far as a proposed event is held against it. Where an action is about somebody, it is
    /// about anybody (``ActionInRoom/anybody``).
    static let abilities: [ModerationAction] = [
        .join, .send(.other(UTF8Text("m.room.message"))), .invite, .kick, .ban, .unban, .redact, .thirdPartyInvite,
        .state(.other(UTF8Text("m.room.name"))), .state(.joinRules), .state(.other(UTF8Text("m.room.server_acl"))),
        .state(.other(UTF8Text("m.room.tombstone"))), .state(.powerLevels),
    ]

    /// What one user gains and loses.
    struct Effect {
        var user: UserID
        var gained: [ModerationAction] = []
        var lost: [ModerationAction] = []
        /// Who can no longer do what to this user.
        var outOfReach: [(actor: UserID, action: ModerationAction)] = []

        var isNone: Bool { gained.isEmpty && lost.isEmpty && outOfReach.isEmpty }
    }

    /// An action, and the room before and after as it finds it.
    private struct Question {
        let action: ActionInRoom
        let before: RoomState
        let after: RoomState

        init(_ action: ActionInRoom, _ before: RoomState, _ after: RoomState) {
            self.action = action
            self.before = action.state(before)
            self.after = action.state(after)
        }
    }

    private let before: RoomState
    private let after: RoomState
    /// Where the event stands in the state; `nil` where it is no state event.
    private let place: StateKey?
    private let actors: [UserID]
    private let anybody: UserID
    private let questions: [Question]
    /// The users whom either state knows, in the order of their bytes.
    let users: [UserID]
    private var effects: AnswersByStanding<Effect>
    private var isAdministratorBefore: AnswersByStanding<Bool>
    private var isAdministratorAfter: AnswersByStanding<Bool>

    /// - Parameter actors: whose reach is asked for.
    init(_ event: Event, in state: RoomState, actors: [UserID]) {
        before = state
        after = state.adding(AuthEvent(event))
        place = event.stateKeyPair
        self.actors = actors
        let anybody = UserID.stranger(to: [before, after], otherThan: actors)
        self.anybody = anybody
        questions = Self.abilities.map { [before, after] in
            Question(ActionInRoom(action: $0, target: nil, anybody: anybody), before, after)
        }
        users = before.knownUsers.union(after.knownUsers).sorted { $0.text < $1.text }
        let member = place.flatMap { $0.type == .member ? UserID($0.key) : nil }
        let named = member.map { [$0] } ?? []
        effects = AnswersByStanding(in: before, after, apartFrom: named + actors)
        isAdministratorBefore = AnswersByStanding(in: before, apartFrom: named)
        isAdministratorAfter = AnswersByStanding(in: after, apartFrom: named)
    }

    /// How many users were decided about, each of those who stand for many counted once.
    var decidedCount: Int { effects.madeCount + isAdministratorBefore.madeCount + isAdministratorAfter.madeCount }

    /// What the event does to `user`.
    mutating func effect(on user: UserID) -> Effect {
        var effect = effects.answer(about: user) { [self] in decidedEffect(on: $0) }
        effect.user = user
        return effect
    }

    private func decidedEffect(on user: UserID) -> Effect {
        var effect = Effect(user: user)
        for question in questions {
            switch turn(question, by: user) {
            case (false, true): effect.gained.append(question.action.action)
            case (true, false): effect.lost.append(question.action.action)
            default: continue
            }
        }
        for actor in actors where actor != user {
            for action in [ModerationAction.kick, .ban] {
                let question = Question(ActionInRoom(action: action, target: user, anybody: anybody), before, after)
                if turn(question, by: actor) == (true, false) { effect.outOfReach.append((actor, action)) }
            }
        }
        return effect
    }

    /// Some of the users who may change the power levels before and after the event, those with power of their own first.
    mutating func administrators() async throws(RPCError) -> (before: [UserID], after: [UserID]) {
        (
            try await Self.administrators(of: before, among: users, &isAdministratorBefore),
            try await Self.administrators(of: after, among: users, &isAdministratorAfter)
        )
    }

    private static func administrators(
        of state: RoomState,
        among users: [UserID],
        _ isAdministrator: inout AnswersByStanding<Bool>
    ) async throws(RPCError) -> [UserID] {
        let change = ActionInRoom(action: .state(.powerLevels), target: nil, anybody: .stranger(to: [state]))
        var found: [UserID] = []
        var seen: Set<UserID> = []
        for user in state.usersWithPower + users where seen.insert(user).inserted {
            if seen.count % 16 == 15 { try await UserPage.pause() }
            let may = isAdministrator.answer(about: user) {
                change.held(by: $0, in: state)?.decide().verdict == .allow
            }
            guard may else { continue }
            found.append(user)
            if found.count == namedLimit { break }
        }
        return found
    }

    /// How many users an answer names who may change the power levels.
    private static let namedLimit = 20

    /// Whether `user` may before and after; twice the same where the event stands nowhere that this is decided by.
    private func turn(_ question: Question, by user: UserID) -> (Bool, Bool) {
        let selection = question.action.event(by: user, in: question.before).selection(before.roomVersion)
        guard let place, place == StateKey(.create) || selection.slot(for: place) != nil else { return (false, false) }
        return (may(question.action, user, question.before), may(question.action, user, question.after))
    }

    private func may(_ action: ActionInRoom, _ user: UserID, _ state: RoomState) -> Bool {
        action.held(by: user, in: state)?.decide().verdict == .allow
    }
}
