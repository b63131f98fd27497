import CanonicalJSON
import EventAuthorization
import MatrixEvents

/// An action in a room: what it would send, and how that is decided.
struct ActionInRoom {
    let action: ModerationAction
    /// Whom the action is about; `nil` for anybody.
    let target: UserID?
    /// Who stands in for anybody where there is no target: an ordinary member of the room, for `unban` a banned one, and for
    /// `invite` somebody outside.
    let anybody: UserID
    /// Of `state`: the key, where it is not the usual one.
    var stateKey: UTF8Text?

    /// The state as the action finds it: where it has no target, with somebody for one.
    func state(_ state: RoomState) -> RoomState {
        guard target == nil, let membership = membershipOfAnybody else { return state }
        return state.adding(
            AuthEvent(
                assuming: membership,
                of: anybody,
                in: state.roomID,
                roomVersion: state.roomVersion,
                id: EventID("$anybody")
            )
        )
    }

    private var membershipOfAnybody: Membership? {
        switch action {
        case .kick, .ban, .setPower, .redact: .join
        case .unban: .ban
        case .send, .state, .join, .knock, .invite, .thirdPartyInvite: nil
        }
    }

    /// Decides the action by `user` in `state`, as ``state(_:)`` gives it; `nil` where the room version knows no such event.
    func held(by user: UserID, in state: RoomState) -> AuthorizationCase? {
        let made = event(by: user, in: state)
        guard let event = made.event(in: state) else { return nil }
        return state.held(event, redactsOthers: action == .redact && !isOfOwnServer(user))
    }

    /// The event that the action by `user` would be.
    func event(by user: UserID, in state: RoomState) -> ActionEvent {
        let target = target ?? anybody
        switch action {
        case .send(let type): return ActionEvent(type: type, sender: user, stateKey: nil, content: .empty)
        case .state(let type): return stateEvent(of: type, by: user, in: state)
        case .join: return membership("join", of: user, by: user)
        case .knock: return membership("knock", of: user, by: user)
        case .invite: return membership("invite", of: target, by: user)
        case .kick, .unban: return membership("leave", of: target, by: user)
        case .ban: return membership("ban", of: target, by: user)
        case .redact:
            let server = self.target.map(\.serverName)
            return ActionEvent(type: .redaction, sender: user, stateKey: nil, content: .empty, redactedServer: server)
        case .setPower(let level): return powerLevels(giving: level, to: target, by: user, in: state)
        case .thirdPartyInvite:
            return ActionEvent(type: .thirdPartyInvite, sender: user, stateKey: UTF8Text("token"), content: .empty)
        }
    }

    /// Servers carry out what one of their users redacts of another one of theirs.
    private func isOfOwnServer(_ user: UserID) -> Bool { target?.serverName == user.serverName }

    private func membership(_ membership: StaticString, of target: UserID, by user: UserID) -> ActionEvent {
        let content = JSONObject.empty.setting(UTF8Text("membership")) { $0.string(membership.description) }
        return ActionEvent(type: .member, sender: user, stateKey: target.text, content: content)
    }

    private func stateEvent(of type: EventType, by user: UserID, in state: RoomState) -> ActionEvent {
        // Power levels that change nothing are decided by the power to send them.
        let content = type == .powerLevels ? state.powerLevels?.content ?? .empty : .empty
        let isServersOwn = type == .aliases && AuthorizationRules(state.roomVersion).aliasesNeedOnlyTheirServer
        let stateKey = stateKey ?? (isServersOwn ? user.serverName.text : .empty)
        return ActionEvent(type: type, sender: user, stateKey: stateKey, content: content)
    }

    private func powerLevels(
        giving level: Int64,
        to target: UserID,
        by user: UserID,
        in state: RoomState
    ) -> ActionEvent {
        let content = state.powerLevels?.content ?? .empty
        let users = content["users"]?.object ?? .empty
        let changed = content.setting(UTF8Text("users")) { writer in
            writer.object { $0.members(of: users, setting: target.text) { $0.integer(level) } }
        }
        return ActionEvent(type: .powerLevels, sender: user, stateKey: .empty, content: changed)
    }
}
