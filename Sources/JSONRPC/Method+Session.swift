import CanonicalJSON

extension Method {
    /// `session.authenticate`: who calls on this connection from now on.
    static let authenticate = Method(
        "session.authenticate",
        role: nil,
        summary: "Shows a token; what follows on this connection is asked in its name.",
        parameters: [.required("token", .string, "The token, as `eventauth token create` printed it.")],
        result: .object([
            .required("name", .string, "The credential's name."),
            .required("roles", .array(of: .oneOf(Role.names)), "What it may do."),
        ]),
        errors: [.unauthenticated]
    ) { params throws(RPCError) in
        let caller = try params.session.authenticate(token: try params.string("token").string)
        return .done(
            JSONFragment { writer in
                writer.object { writer in
                    writer.member("name", caller.name)
                    writer.member("roles", caller.roles.map(\.rawValue))
                }
            }
        )
    }

    /// `session.announce_closing`: a client that asks for it can leave a server that stops without losing a request.
    static let announceClosing = Method(
        "session.announce_closing",
        role: nil,
        summary: """
            Asks for the notification `session.closing`, which comes before the server closes this connection: the client \
            then waits for its answers, closes the connection, and goes on with another.
            """,
        result: .boolean
    ) { params in
        params.session.askForNoticeOfClosing()
        return .done(JSONFragment { $0.bool(true) })
    }
}

/// The line that tells a client that its connection will be closed.
package let closingNotice = JSONFragment { writer in
    writer.object { writer in
        writer.member("jsonrpc", "2.0")
        writer.member("method", "session.closing")
    }
}.bytes

extension Role {
    fileprivate static let names: [StaticString] = ["check", "write", "moderate", "admin"]
}
