import ArgumentParser

struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Store and list the keys with which servers sign events.",
        subcommands: [KeysImport.self, KeysList.self]
    )
}
