import CanonicalJSON
import EventTestSupport
import Foundation
import Testing

/// `eventauth config check`, and what a server says of a configuration that it cannot start with.
struct ConfigTests {
    private static let noKeys = Array("{}".utf8)

    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test
    func `the effective values are printed with their sources, and no password`() async throws {
        let url = "postgresql://eventauth:secret@db.example/eventauth"
        let file = try folder.file("eventauth.json", Array(#"{"drain-wait": 5, "database": "\#(url)"}"#.utf8))
        let output = try await Eventauth.run(
            ["config", "check", "--config", file, "--batch-size", "7"],
            environment: ["EVENTAUTH_LOG_LEVEL": "debug"]
        )
        #expect(output.status == 0, "\(output.errors)")
        let lines = output.text.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: true) }
        #expect(lines.contains(["drain-wait", "5", Substring(file)]))
        #expect(lines.contains(["batch-size", "7", "command", "line"]))
        #expect(lines.contains(["log-level", "debug", "EVENTAUTH_LOG_LEVEL"]))
        #expect(lines.contains(["listen", "unix:./eventauth.sock", "default"]))
        #expect(output.text.contains("password=••••") && output.text.contains("host=db.example"))
        #expect(!output.text.contains("secret"))
    }

    @Test(arguments: [
        ("EVENTAUTH_DATABASE_READ", "postgresql://u:p1@a/db postgresql://u:p2@b/db"),
        ("EVENTAUTH_DATABASE", "postgresql://u:p1@a/db postgresql://u:p2@b/db"),
        ("EVENTAUTH_DATABASE", "host=a dbname=postgresql://u:p1@a:5432,b/db"),
        ("EVENTAUTH_DATABASE", "postgresql://u@a/db?password=p1"),
    ])
    func `no password is printed, wherever it stands in a value`(variable: String, value: String) async throws {
        var environment = ["EVENTAUTH_DATABASE": "postgresql:///db"]
        environment[variable] = value
        let output = try await Eventauth.run(["config", "check"], environment: environment)
        #expect(output.status == 0, "\(output.errors)")
        #expect(output.text.contains("••••") && !output.text.contains(/p[12]/), "\(output.text)")
    }

    @Test
    func `each replica of a value is printed`() async throws {
        let output = try await Eventauth.run(
            ["config", "check", "--database", "db"],
            environment: ["EVENTAUTH_DATABASE_READ": "postgresql://u:p1@a/db postgresql://v:p2@b/db"]
        )
        #expect(output.text.contains("user=u password=•••• dbname=db host=a, user=v password=•••• dbname=db host=b"))
    }

    @Test
    func `programs get the same as JSON`() async throws {
        let files = [try folder.file("a", Self.noKeys), try folder.file("b", Self.noKeys)]
        let output = try await Eventauth.run("config", "check", "--json", "--keys", files[0], "--keys", files[1])
        let object = try #require(try JSONDocument(parsing: output.text).root.object)
        #expect(object["keys"]?.object?["values"]?.array?.compactMap(\.text?.string) == files)
        #expect(object["keys"]?.object?["source"]?.text?.string == "command line")
        #expect(object["insecure"]?.object?["values"]?.array?.compactMap(\.text?.string) == ["false"])
        #expect(object["json"] == nil)
    }

    @Test(arguments: ["serve", "config check"])
    func `a value that is wrong is told of with the place that sets it`(command: String) async throws {
        let file = try folder.file("eventauth.json", Array(#"{"drain-wait": "soon"}"#.utf8))
        let output = try await Eventauth.run(
            command.split(separator: " ").map(String.init),
            environment: ["EVENTAUTH_CONFIG": file]
        )
        #expect(output.status == 64)
        #expect(output.errors.contains("--drain-wait is set by \(file)"))
        #expect(output.errors.contains("'soon'"))
    }

    @Test
    func `a key that is no option keeps a server from starting`() async throws {
        let file = try folder.file("eventauth.json", Array(#"{"drain-wiat": 5}"#.utf8))
        let output = try await Eventauth.run("serve", "--config", file)
        #expect(output.status == 64)
        #expect(output.errors.contains("did you mean \"drain-wait\"?"))
    }

    @Test(arguments: ["serve", "config check"])
    func `a limit for a method that there is not is an error that names the nearest`(command: String) async throws {
        let output = try await Eventauth.run(
            command.split(separator: " ").map(String.init),
            environment: ["EVENTAUTH_TIMEOUT": "session.authenticate=5,graph.chian=60"]
        )
        #expect(output.status == 64)
        #expect(output.errors.contains("--timeout: graph.chian is no method; did you mean graph.chain?"))
    }

    @Test(arguments: [
        (["--listen", "tcp:0.0.0.0:0"], "has no TLS certificate"),
        (["--database", "postgresql://["], "the database URL is not"),
        (["--preload", "/nowhere/events"], "cannot open /nowhere/events"), (["--preload", "/"], "cannot read /"),
        (["--keys", "/nowhere/keys"], "cannot open /nowhere/keys"),
        (["--traces", "/nowhere/traces"], "cannot write to /nowhere/traces: No such file or directory"),
        (["--decision-log", "/"], "cannot write to /: Is a directory"),
    ])
    func `what keeps a server from starting is told of`(options: [String], problem: String) async throws {
        for command in [["serve"], ["config", "check"]] {
            let output = try await Eventauth.run(command + options)
            #expect(output.status == 1)
            #expect(output.errors.contains(problem), "\(output.errors)")
        }
    }

    @Test
    func `a check makes no files`() async throws {
        let (decisions, traces) = (folder.path("decisions"), folder.path("traces"))
        let output = try await Eventauth.run("config", "check", "--decision-log", decisions, "--traces", traces)
        #expect(output.status == 0, "\(output.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path()).isEmpty)
    }

    @Test
    func `its help names the command and no other`() async throws {
        let output = try await Eventauth.run("config", "check", "--help")
        #expect(output.text.contains("USAGE: eventauth config check "))
    }

    @Test
    func `files that a server would read at its start are read`() async throws {
        let output = try await Eventauth.run("config", "check", "--credentials", folder.path("absent"))
        #expect(output.status == 1)
        #expect(output.errors.contains("cannot open"))
    }

    @Test
    func `a server takes its options from the file`() async throws {
        let file = try folder.file("eventauth.json", Array(#"{"batch-size": 1}"#.utf8))
        let server = try await RunningEventauth("--config", file)
        let client = try server.connect()
        try await client.send([[1, 2]])
        let error = try #require(try await client.receive()["error"]?.object)
        #expect(error["data"]?.object?["reason"]?.text?.string == "too_large")
        server.terminate()
        #expect(try await server.status() == 0)
    }
}
