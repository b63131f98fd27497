import CanonicalJSON
import JSONRPC
import RPCServer
import RPCTestSupport
import Testing

/// Who may call what, on listeners that ask for credentials and on those that do not.
@Suite struct CredentialTests {
    /// Knows two tokens and one certificate.
    private struct TestAuthentication: Authentication {
        func standing(showing token: String, from address: String) throws(RPCError) -> Standing {
            switch token {
            case "checks": return Standing(Caller(name: "checks", roles: [.check]))
            case "writes": return Standing(Caller(name: "writes", roles: [.check, .write]))
            case "again": throw .overloaded(retryAfter: .seconds(6))
            default: throw .unauthenticated
            }
        }

        func standing(withCertificateFor names: [String]) -> Standing? { nil }
    }

    private static let methods = [Role.check, .write].map { role in
        Method(role == .check ? "look" : "store", role: role, summary: "For tests.", result: .boolean) { _ in
            .done(JSONFragment { $0.bool(true) })
        }
    }
    private static let look = #"{"jsonrpc":"2.0","method":"look","id":1}"#
    private static let store = #"{"jsonrpc":"2.0","method":"store","id":2}"#

    private func withServer(
        _ kind: RunningServer.SocketKind = .tcp,
        limitsMet: LimitCounters = LimitCounters(),
        _ body: (RunningServer) async throws -> Void
    ) async throws {
        try await RunningServer.with(kind, methods: Self.methods, limitsMet: limitsMet) {
            $0.authentication = TestAuthentication()
        } _: {
            try await body($0)
        }
    }

    @Test func `a token in the Authorization header opens what its roles cover`() async throws {
        try await withServer { server in
            let client = try server.connect()
            let allowed = try await client.post(Self.look, to: "/", "Authorization: Bearer checks")
            #expect(allowed.status == 200)
            #expect(try gist(of: allowed.body) == "1=true")
            let forbidden = try await client.post(Self.store, to: "/", "Authorization: bearer checks")
            #expect(forbidden.status == 403)
            #expect(try gist(of: forbidden.body) == "2!-32007")
            #expect(forbidden.body.contains(#""reason":"forbidden","retryable":false,"role":"check""#))
            #expect(try await client.post(Self.store, to: "/", "Authorization: Bearer writes").status == 200)
        }
    }

    @Test(arguments: [nil, "Bearer", "Bearer ", "Bearer nonsense", "Basic Y2hlY2tz", "checks"])
    func `no request without a good token is carried out`(value: String?) async throws {
        try await withServer { server in
            let client = try server.connect()
            let headers = value.map { "Authorization: \($0)" } ?? "X: y"
            for path in ["/", "/rpc"] {
                let reply = try await client.post(Self.look, to: path, headers)
                #expect(reply.status == 401)
                #expect(reply.headers["www-authenticate"] == "Bearer")
                #expect(try gist(of: reply.body) == "null!-32007")
            }
            #expect(try await client.get("/metrics", method: "GET", headers).status == 401)
            #expect(try await client.get("/health/ready").status == 200)
            #expect(try await client.get("/openrpc.json").status == 200)
        }
    }

    @Test func `attempts that are too many are told to wait`() async throws {
        let limitsMet = LimitCounters()
        try await withServer(limitsMet: limitsMet) { server in
            let client = try server.connect()
            let reply = try await client.post(Self.look, to: "/", "Authorization: Bearer again")
            #expect(reply.status == 429)
            #expect(try gist(of: reply.body) == "null!-32005")
            let line = #"{"jsonrpc":"2.0","method":"session.authenticate","params":{"token":"again"},"id":3}"#
            let lines = try server.connect()
            try await lines.send(line + "\n")
            #expect(try await lines.receiveGists(1) == ["3!-32005"])
        }
        #expect(limitsMet[.attempts] == 2)
    }

    @Test func `lines need a token first, and may change it`() async throws {
        try await withServer { server in
            let client = try server.connect()
            func authenticate(_ token: String) -> String {
                #"{"jsonrpc":"2.0","method":"session.authenticate","params":{"token":"\#(token)"},"id":0}"#
            }
            for line in [
                Self.look, authenticate("bad"), Self.look, authenticate("checks"), Self.look, Self.store,
                authenticate("writes"), Self.store, authenticate("bad"), Self.store,
            ] {
                try await client.send(line + "\n")
            }
            let gists = try await client.receiveGists(10)
            #expect(
                gists == [
                    "1!-32007", "0!-32007", "1!-32007", #"0={"name":"checks","roles":["check"]}"#, "1=true",
                    "2!-32007", #"0={"name":"writes","roles":["check","write"]}"#, "2=true", "0!-32007", "2=true",
                ]
            )
        }
    }

    @Test func `who shows no token in time, or sends much before, is sent away`() async throws {
        try await RunningServer.with(.tcp, methods: Self.methods) {
            $0.authentication = TestAuthentication()
            $0.connections.messageTimeout = .seconds(2)
        } _: { server in
            let (silent, large) = (try server.connect(), try server.connect())
            try await large.send(String(repeating: " ", count: 70_000) + "{}\n")
            #expect(try await large.receiveGists() == ["null!-32007"])
            try await silent.send(Self.look + "\n")
            #expect(try await silent.receiveGists() == ["1!-32007", "null!-32007"])
        }
    }

    @Test func `a web page is not answered, whatever else it shows`() async throws {
        try await RunningServer.with(.tcp, methods: Self.methods) { server in
            let reply = try await server.connect().post(Self.store, to: "/", "Origin: http://evil.example")
            #expect(reply.status == 403)
            #expect(try gist(of: reply.body) == "null!-32600")
        }
    }

    @Test func `a unix socket is open to whoever may open its file`() async throws {
        try await withServer(.unix) { server in
            let client = try server.connect()
            #expect(try await client.post(Self.store).status == 200)
        }
    }

    @Test func `a batch carries out what the caller may, and nothing else`() async throws {
        try await withServer { server in
            let reply = try await server.connect().post(
                "[\(Self.look),\(Self.store)]",
                to: "/",
                "Authorization: Bearer checks"
            )
            #expect(reply.status == 200)
            #expect(try gist(of: reply.body) == "[1=true 2!-32007]")
        }
    }

    @Test(arguments: ["0.0.0.0", "::", "192.0.2.1"])
    func `a server does not listen where other machines come, without TLS or credentials`(host: String) async throws {
        let address = ListenAddress.tcp(host: host, port: 0)
        await #expect(throws: ListenError.unprotected(address, lacking: "TLS certificate")) {
            try await RunningServer.with(at: address) { _ in }
        }
    }
}
