import ArgumentParser

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Make the tokens that callers show, and list them.",
        discussion: """
            A file holds a credential a line, with the hash of its token; `eventauth serve --credentials FILE` knows callers \
            by it. A credential for a client certificate is a line of your own:

              {"name":"synapse","roles":["check","write"],"certificate":"synapse.example"}
            """,
        subcommands: [TokenCreate.self, TokenList.self]
    )
}
