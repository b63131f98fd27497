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
        return RequestedAction(action: action, target: try optionalUser("target"))
    }
}

/// An action as a request names it, before its room is known.
struct RequestedAction {
    let action: ModerationAction
    let target: UserID?

    /// The action in the room of `state`, where one of `users` may be who acts.
    func inRoom(_ state: RoomState, by users: [UserID] = []) -> ActionInRoom {
        ActionInRoom(action: action, target: target, anybody: .stranger(to: [state], otherThan: users))
    }
}
