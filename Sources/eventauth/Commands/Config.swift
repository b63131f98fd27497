import ArgumentParser

struct Config: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look at the configuration of a server.",
        subcommands: [ConfigCheck.self]
    )
}
