import Synchronization

/// What one connection, or one HTTP request, has shown of who it is.
package final class Session: Sendable {
    /// Tells who shows `token`; throws `unauthenticated`, or `overloaded` after too many attempts that failed.
    package typealias Authenticate = @Sendable (_ token: String) throws(RPCError) -> Standing

    private struct State {
        var standing: Standing
        var wantsNoticeOfClosing = false
    }

    private let state: Mutex<State>
    private let whoShows: Authenticate
    /// What an HTTP request says of the trace that it is part of.
    let traceParent: String?

    package init(_ standing: Standing, traceParent: String? = nil, authenticate: @escaping Authenticate) {
        self.traceParent = traceParent
        state = Mutex(State(standing: standing))
        whoShows = authenticate
    }

    /// A session of someone who needs no credentials.
    package static var local: Session {
        Session(Standing(.local)) { _ throws(RPCError) in throw .unauthenticated }
    }

    /// Who calls now: a credential may have been taken back since it was shown.
    package var caller: Caller { state.withLock(\.standing).caller }

    /// Whether the client asked to be told before the connection is closed.
    package var wantsNoticeOfClosing: Bool { state.withLock(\.wantsNoticeOfClosing) }

    /// From now on the session is that of whoever `token` names. Throws where nobody is known by it.
    @discardableResult
    package func authenticate(token: String) throws(RPCError) -> Caller {
        let standing = try whoShows(token)
        state.withLock { $0.standing = standing }
        return standing.caller
    }

    func askForNoticeOfClosing() {
        state.withLock { $0.wantsNoticeOfClosing = true }
    }

    /// Throws where the caller may not use methods of `role`.
    func require(_ role: Role?) throws(RPCError) {
        guard let role else { return }
        let caller = caller
        if caller.may(role) { return }
        guard !caller.roles.isEmpty else { throw .unauthenticated }
        throw .forbidden(role: caller.roles.map(\.rawValue).joined(separator: ", "))
    }
}
