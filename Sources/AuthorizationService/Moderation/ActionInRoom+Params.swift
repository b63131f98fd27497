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
    func actionInRoom() throws(RPCError) -> ActionInRoom {
        guard let action = ModerationAction(try string("action")) else {
            throw .invalidParams(path: path(to: "action"), expected: ModerationAction.expectation)
        }
        return ActionInRoom(action: action, target: try optionalUser("target"))
    }
}
