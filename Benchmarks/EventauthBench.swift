import ArgumentParser

/// Measures eventauth. The figures are worth something only beside others of the same run on the same machine.
@main
struct EventauthBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eventauth-bench",
        abstract: "Measures eventauth.",
        subcommands: [
            MicroCommand.self, CountCommand.self, EchoCommand.self, BareHTTPCommand.self, LoadCommand.self,
            RequestsCommand.self, RoomCommand.self, ColdRoomsCommand.self, QueryCommand.self, GraphCommand.self,
            ChainGrowthCommand.self, MemoryCommand.self, GrowthCommand.self, HostileCommand.self, TableCommand.self,
        ]
    )
}
