import Foundation
import Testing

@testable import eventauth

/// Where options get their values from, and what is refused as setting nothing.
struct SettingsTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)

    // MARK: Which source wins

    @Test
    func `the command line wins over variables, and variables over the file`() throws {
        let file = try file(#"{"drain-wait": 1, "drain-timeout": 2, "batch-size": 3}"#)
        let settings = try Settings(
            ["serve", "--config", file, "--drain-wait", "10"],
            environment: ["EVENTAUTH_DRAIN_WAIT": "20", "EVENTAUTH_DRAIN_TIMEOUT": "30"]
        )
        #expect(settings["drain-wait"] == Settings.Setting(values: ["10"], source: .commandLine))
        #expect(settings["drain-timeout"] == .init(values: ["30"], source: .variable("EVENTAUTH_DRAIN_TIMEOUT")))
        #expect(settings["batch-size"] == .init(values: ["3"], source: .file(file)))
        #expect(settings["max-connections"] == nil)
        #expect(
            settings.completedArguments == [
                "serve", "--batch-size=3", "--drain-timeout=30", "--config", file, "--drain-wait", "10",
            ]
        )
    }

    @Test
    func `a variable may name the file`() throws {
        let file = try file(#"{"batch-size": 3}"#)
        let settings = try Settings(["serve"], environment: ["EVENTAUTH_CONFIG": file])
        #expect(settings["batch-size"]?.source == .file(file))
    }

    @Test
    func `an option with an equals sign is one of the command line too`() throws {
        let settings = try Settings(["serve", "--drain-wait=10"], environment: ["EVENTAUTH_DRAIN_WAIT": "20"])
        #expect(settings["drain-wait"]?.source == .commandLine)
        #expect(settings.completedArguments == ["serve", "--drain-wait=10"])
    }

    @Test
    func `a value that looks like an option is a value`() throws {
        let settings = try Settings(
            ["serve", "--socket-owner", "--drain-wait"],
            environment: ["EVENTAUTH_DRAIN_WAIT": "20"]
        )
        #expect(settings["drain-wait"]?.source == .variable("EVENTAUTH_DRAIN_WAIT"))
    }

    @Test
    func `what follows two dashes is no option`() throws {
        let settings = try Settings(["check", "--", "--state"], environment: ["EVENTAUTH_STATE": "state.json"])
        #expect(settings.completedArguments == ["check", "--state=state.json", "--", "--state"])
    }

    // MARK: Kinds of options

    @Test
    func `an option that may be given several times takes several values`() throws {
        let file = try file(#"{"timeout": ["graph.chain=60", "auth.check=5"], "listen": "unix:a"}"#)
        let settings = try Settings(
            ["serve", "--config", file, "--keys", "a", "--keys", "b"],
            environment: ["EVENTAUTH_PRELOAD": "c,d"]
        )
        #expect(settings["keys"]?.values == ["a", "b"])
        #expect(settings["preload"]?.values == ["c", "d"])
        #expect(settings["timeout"]?.values == ["graph.chain=60", "auth.check=5"])
        #expect(settings["listen"]?.values == ["unix:a"])
    }

    @Test
    func `commas in URLs of databases part nothing`() throws {
        let urls = "postgresql://a,b/eventauth postgresql://c/eventauth"
        let settings = try Settings(["serve"], environment: ["EVENTAUTH_DATABASE_READ": urls])
        #expect(settings["database-read"]?.values == [urls])
    }

    @Test(arguments: [("1", true), ("true", true), ("Yes", true), ("0", false), ("no", false), ("FALSE", false)])
    func `a flag is set by words for true, and by none for false`(word: String, isSet: Bool) throws {
        let settings = try Settings(["serve"], environment: ["EVENTAUTH_INSECURE": word])
        #expect(settings.completedArguments == (isSet ? ["serve", "--insecure"] : ["serve"]))
    }

    @Test
    func `a flag that a variable denies is not taken from the file`() throws {
        let file = try file(#"{"insecure": true}"#)
        let settings = try Settings(["serve", "--config", file], environment: ["EVENTAUTH_INSECURE": "false"])
        #expect(settings.completedArguments == ["serve", "--config", file])
    }

    @Test
    func `an empty variable and null set nothing`() throws {
        let file = try file(#"{"drain-wait": null}"#)
        let settings = try Settings(["serve", "--config", file], environment: ["EVENTAUTH_DRAIN_WAIT": ""])
        #expect(settings["drain-wait"] == nil)
    }

    // MARK: Commands

    @Test
    func `a command takes the options that it has, from a file that describes a server`() throws {
        let file = try file(#"{"database": "postgresql:///a", "drain-wait": 5}"#)
        let settings = try Settings(
            ["keys", "list", "--config", file],
            environment: ["EVENTAUTH_JSON": "1", "EVENTAUTH_DRAIN_WAIT": "5"]
        )
        #expect(
            settings.completedArguments == ["keys", "list", "--database=postgresql:///a", "--json", "--config", file]
        )
    }

    @Test(arguments: [["--help"], ["serve", "--help"], ["help", "serve"], ["serve", "-h"], ["--version"], []])
    func `whoever asks for help gets it, whatever is set`(arguments: [String]) throws {
        let settings = try Settings(arguments, environment: ["EVENTAUTH_NONSENSE": "1"])
        #expect(settings.completedArguments == arguments)
    }

    // MARK: What sets nothing

    @Test
    func `a variable that sets no option is an error that names the nearest`() {
        #expect(
            refusal(["EVENTAUTH_DRAIN_WIAT": "1"])
                == "the variable EVENTAUTH_DRAIN_WIAT sets no option; did you mean EVENTAUTH_DRAIN_WAIT?"
        )
        #expect(refusal(["EVENTAUTH_ZZZZZZZZZZZZ": "1"]) == "the variable EVENTAUTH_ZZZZZZZZZZZZ sets no option")
    }

    @Test(arguments: [
        "EVENTAUTH_SERVICE_HOST", "EVENTAUTH_SERVICE_PORT", "EVENTAUTH_SERVICE_PORT_HTTP", "EVENTAUTH_PORT",
        "EVENTAUTH_PORT_8765_TCP", "EVENTAUTH_PORT_8765_TCP_ADDR", "EVENTAUTH_HTTP_SERVICE_HOST",
        "EVENTAUTH_DRAIN_PORT",
        "EVENTAUTH_LINES_PORT_53_UDP_PROTO",
    ])
    func `what Kubernetes tells each pod of a service of that name is no error`(variable: String) {
        #expect(refusal([variable: "tcp://10.0.0.1:8765"]) == nil)
    }

    @Test(arguments: [
        "EVENTAUTH_PORT", "EVENTAUTH_DRAIN_PORT", "EVENTAUTH_PORT_FOO", "EVENTAUTH_PORT_8765",
        "EVENTAUTH_PORT_8765_TCP_X",
        "EVENTAUTH_SERVICE_PORTS", "EVENTAUTH_SERVICE_HOST_X",
    ])
    func `a variable that only looks like those of Kubernetes sets nothing`(variable: String) throws {
        let error = try #require(refusal([variable: "8765"]))
        #expect(error.hasPrefix("the variable \(variable) sets no option"))
    }

    @Test(arguments: [
        (#"{"drain-wiat": 1}"#, #""drain-wiat" is no option of `eventauth serve`; did you mean "drain-wait"?"#),
        (#"{"config": "x"}"#, #""config" is no option of `eventauth serve`"#),
        (#"{"drain-wait": [1]}"#, #""drain-wait" must be a string or a number"#),
        (#"{"drain-wait": true}"#, #""drain-wait" must be a string or a number"#),
        (#"{"listen": [true]}"#, #""listen" must be an array of strings and numbers"#),
        (#"{"listen": {}}"#, #""listen" must be a string, a number, or an array of those"#),
        (#"{"insecure": "yes"}"#, #""insecure" must be true or false"#),
        (#"{"drain-wait": 1, "drain-wait": 2}"#, "twice"), ("[]", "must hold a JSON object"), ("{", "is not JSON"),
    ])
    func `a file with something that sets nothing is an error that names the place`(
        text: String,
        expected: String
    ) throws {
        let file = try file(text)
        let error = try #require(refusal(["EVENTAUTH_CONFIG": file]))
        #expect(error.contains(file) && error.contains(expected), "\(error)")
    }

    @Test
    func `a file that is not there is an error`() {
        #expect(refusal(["EVENTAUTH_CONFIG": "/nowhere/eventauth.json"]) == "cannot open /nowhere/eventauth.json")
    }

    @Test
    func `a flag is set by nothing but words for true and false`() {
        #expect(refusal(["EVENTAUTH_INSECURE": "maybe"]) == #"EVENTAUTH_INSECURE must be true or false, not "maybe""#)
    }

    // MARK: What people are told

    @Test
    func `an error about an option says where it is set`() throws {
        let settings = try Settings(["serve", "--batch-size", "x"], environment: ["EVENTAUTH_TIMEOUT": "y"])
        #expect(settings.places(of: "invalid for '--timeout <timeout>'") == ["--timeout is set by EVENTAUTH_TIMEOUT"])
        #expect(settings.places(of: "invalid for '--message-timeout'").isEmpty)
        #expect(settings.places(of: "invalid for '--batch-size'").isEmpty)
    }

    @Test
    func `the README tells of every option of serve`() throws {
        let rows = try rowsOfTables(in: "README.md").filter { $0.hasPrefix("| `--") }
        let documented = rows.flatMap { row in
            row.split(separator: "|")[0].split(separator: ",").map { $0.filter { !" `".contains($0) } }
        }
        let options = CommandDescription.ofProgram.command(named: ["serve"]).command.options
        #expect(Set(documented) == Set(options.map { "--\($0.name)" }))
    }

    /// The error that `serve` ends with in this environment.
    private func refusal(_ environment: [String: String]) -> String? {
        do throws(SettingsError) {
            _ = try Settings(["serve"], environment: environment)
            return nil
        } catch {
            return error.description
        }
    }

    private func file(_ text: String) throws -> String {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appending(path: "\(UUID().uuidString).json")
        try Data(text.utf8).write(to: file)
        return file.path
    }
}
