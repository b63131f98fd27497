import CanonicalJSON
import JSONRPC
import MatrixEvents

extension Params {
    /// The user under `name`.
    func user(_ name: StaticString) throws(RPCError) -> UserID {
        let user = try optionalUser(name)
        guard let user else { throw .invalidParams(path: path(to: name), expected: "a user id") }
        return user
    }

    /// The user under `name`; `nil` where there is none.
    func optionalUser(_ name: StaticString) throws(RPCError) -> UserID? {
        guard let text = optionalString(name) else { return nil }
        guard let user = UserID(text) else { throw .invalidParams(path: path(to: name), expected: "a user id") }
        return user
    }

    /// The parameters `action` and `target`.
    func requestedAction() throws(RPCError) -> RequestedAction {
        guard let action = ModerationAction(try string("action")) else {
            throw .invalidParams(path: path(to: "action"), expected: ModerationAction.expectation)
        }
        guard case .state = action else { return RequestedAction(action: action, target: try optionalUser("target")) }
        return RequestedAction(action: action, target: nil, stateKey: optionalString("target"))
    }
}

/// An action as a request names it, before its room is known.
struct RequestedAction {
    let action: ModerationAction
    let target: UserID?
    /// Of `state`: what the request has for a target.
    var stateKey: UTF8Text?

    /// Whether the action is about somebody or something in particular.
    var isParticular: Bool { target != nil || stateKey != nil }

    /// The action in the room of `state`, where one of `users` may be who acts.
    func inRoom(_ state: RoomState, by users: [UserID] = []) -> ActionInRoom {
        let anybody = UserID.stranger(to: [state], otherThan: users)
        return ActionInRoom(action: action, target: target, anybody: anybody, stateKey: stateKey)
    }
}
