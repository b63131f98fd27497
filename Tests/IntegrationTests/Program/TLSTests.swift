import CanonicalJSON
import EventTestSupport
import Foundation
import Testing

/// Servers with certificates, and clients with theirs, made by OpenSSL and asked by curl.
struct TLSTests {
    private let folder: TemporaryFolder

    init() async throws {
        folder = try TemporaryFolder()
        try await run(
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-subj",
            "/CN=authority",
            "-keyout",
            "authority.key",
            "-out",
            "authority.pem",
            in: folder
        )
        for name in ["localhost", "hs.example", "stranger.example"] { try await issue(name, as: name) }
    }

    /// Has the authority issue a certificate for a DNS name.
    private func issue(_ dnsName: String, as file: String) async throws {
        try await run(
            "openssl",
            "req",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-subj",
            "/CN=\(dnsName)",
            "-keyout",
            "\(file).key",
            "-out",
            "\(file).csr",
            in: folder
        )
        _ = try folder.file("\(file).ext", Array("subjectAltName=DNS:\(dnsName)\n".utf8))
        try await run(
            "openssl",
            "x509",
            "-req",
            "-in",
            "\(file).csr",
            "-CA",
            "authority.pem",
            "-CAkey",
            "authority.key",
            "-CAcreateserial",
            "-extfile",
            "\(file).ext",
            "-out",
            "\(file).pem",
            in: folder
        )
    }

    private func serve(_ options: String...) async throws -> RunningEventauth {
        try await RunningEventauth(
            [
                "--listen", "tcp:127.0.0.1:0", "--tls-certificate", folder.path("localhost.pem"), "--tls-key",
                folder.path("localhost.key"),
            ] + options,
            environment: [:]
        )
    }

    private func ask(_ server: RunningEventauth, _ options: String...) async throws -> String {
        let url = "https://localhost:\(try #require(server.tcpPort))/"
        let message = #"{"jsonrpc":"2.0","id":1,"method":"auth.rules","params":{"room_version":"11"}}"#
        let process =
            ["--silent", "--cacert", "authority.pem", "--resolve", "localhost:\(server.tcpPort ?? 0):127.0.0.1"]
            + ["--output", "/dev/null", "--write-out", "%{http_code}", "--json", message, url] + options
        return try await curl(process)
    }

    /// What curl says; `000` where there was no connection.
    private func curl(_ arguments: [String]) async throws -> String {
        let quoted = arguments.map { "'" + $0 + "'" }.joined(separator: " ")
        return try await run("sh", "-c", "curl \(quoted) || true", in: folder)
    }

    @Test
    func `a server with a certificate speaks TLS, and nothing else`() async throws {
        let server = try await serve()
        #expect(try await ask(server) == "200")
        let plain = try await curl(["--silent", "http://127.0.0.1:\(try #require(server.tcpPort))/health/live"])
        #expect(!plain.contains("live"))
        // The unix socket is plain.
        #expect(try await server.call("auth.rules", ["room_version": "11"])["result"] != nil)
    }

    @Test
    func `a client is known by its certificate`() async throws {
        let credentials = try folder.file(
            "credentials",
            Array(#"{"name":"hs","roles":["check"],"certificate":"hs.example"}"#.utf8)
        )
        let server = try await serve("--tls-client-ca", folder.path("authority.pem"), "--credentials", credentials)
        #expect(try await ask(server, "--cert", "hs.example.pem", "--key", "hs.example.key") == "200")
        #expect(try await ask(server, "--cert", "stranger.example.pem", "--key", "stranger.example.key") == "401")
        #expect(try await ask(server) == "000")
    }

    @Test
    func `a new certificate is served after SIGHUP, and a bad one is not`() async throws {
        let server = try await serve()
        func serial() async throws -> String {
            try await run(
                "sh",
                "-c",
                "openssl s_client -connect 127.0.0.1:\(server.tcpPort ?? 0) </dev/null | openssl x509 -noout -serial",
                in: folder
            )
        }
        let first = try await serial()
        try await issue("localhost", as: "localhost")
        server.hangUp()
        try await eventually(within: .seconds(20), "the new certificate is served") { try await serial() != first }
        let second = try await serial()
        _ = try folder.file("localhost.pem", Array("nonsense".utf8))
        server.hangUp()
        try await eventually(within: .seconds(20), "the log says so") { server.log.contains("Not read again") }
        #expect(try await serial() == second)
    }

    @Test
    func `a server does not start with certificates that it cannot use, and says why`() async throws {
        for options in [
            ["--tls-certificate", folder.path("absent.pem"), "--tls-key", folder.path("localhost.key")],
            ["--tls-certificate", folder.path("localhost.pem"), "--tls-key", folder.path("hs.example.key")],
        ] {
            let output = try await Eventauth.run(["serve", "--listen", "tcp:127.0.0.1:0"] + options)
            #expect(output.status == 1)
            #expect(output.errors.contains("for TLS"))
        }
    }

    @Test
    func `a server does not listen unprotected where other machines come`() async throws {
        let output = try await Eventauth.run("serve", "--listen", "tcp:0.0.0.0:0")
        #expect(output.status == 1)
        #expect(output.errors.contains("--insecure"))
        let open = try await RunningEventauth("--listen", "tcp:0.0.0.0:0", "--insecure")
        open.terminate()
        #expect(try await open.status() == 0)
    }
}
