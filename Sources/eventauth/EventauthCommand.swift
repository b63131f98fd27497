import ArgumentParser
import AuthorizationService

/// The command line: where the parts are wired together.
struct EventauthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eventauth",
        abstract: "Decides whether a Matrix event may happen, and names the rule that says so.",
        discussion: """
            Start with `eventauth check EVENT_FILE` for one event from a file, or `eventauth serve` for a server.
            Each option has an environment variable: --auth-events is EVENTAUTH_AUTH_EVENTS. What the command line says \
            wins; an option that may be given several times takes several values with commas between them.
            """,
        version: eventauthVersion,
        subcommands: [
            Serve.self, Check.self, Explain.self, Rules.self, Import.self, Keys.self, TokenCommand.self, Migrate.self,
        ]
    )
}

@main
enum Program {
    static func main() async {
        do {
            let arguments = EnvironmentArguments(CommandLine.arguments.dropFirst()).completed
            var command = try EventauthCommand.parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            EventauthCommand.exit(withError: error)
        }
    }
}
