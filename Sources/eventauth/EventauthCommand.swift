import ArgumentParser
import AuthorizationService

/// The command line: where the parts are wired together.
struct EventauthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eventauth",
        abstract: "Decides whether a Matrix event may happen, and names the rule that says so.",
        discussion: """
            Start with `eventauth check EVENT_FILE` for one event from a file, or `eventauth serve` for a server.
            Each option has an environment variable: --auth-events is EVENTAUTH_AUTH_EVENTS. An option that may be given \
            several times takes several values with commas between them. What the command line says wins, then variables, \
            then the file that --config names; `eventauth config check` shows what comes of them.
            """,
        version: eventauthVersion,
        subcommands: [
            Serve.self, Config.self, Check.self, Explain.self, Rules.self, Replay.self, Audit.self,
            Can.self, Who.self, Whence.self, WhatIf.self,
            Import.self, Keys.self, TokenCommand.self, Migrate.self,
        ]
    )
}

@main
enum Program {
    static func main() async {
        let settings: Settings
        do {
            settings = try Settings()
        } catch {
            EventauthCommand.exit(withError: ValidationError(error.description))
        }
        do {
            var command = try EventauthCommand.parseAsRoot(settings.completedArguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            // An option that the command line does not have would else be looked for there.
            for place in settings.places(of: EventauthCommand.message(for: error)) { printError(place) }
            EventauthCommand.exit(withError: error)
        }
    }
}
