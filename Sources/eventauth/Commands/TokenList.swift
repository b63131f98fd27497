import AccessControl
import ArgumentParser
import FoundationEssentials
import JSONRPC

struct TokenList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the credentials in a file: names, roles, and how long they are good."
    )

    @Option(help: "The file of credentials.")
    var file: String

    func run() async throws {
        for credential in try CredentialFile.read(file).all { print(credential.summary) }
    }
}

extension Credential {
    fileprivate var summary: String {
        let roles = caller.roles.map(\.rawValue).joined(separator: ",")
        return [name.padded(to: 24), roles.padded(to: 24), kind.padded(to: 40), validity].joined(separator: " ")
    }

    private var kind: String {
        switch proof {
        case .token: "token"
        case .certificate(let name): "certificate \(name)"
        }
    }

    private var validity: String {
        guard let expires else { return "good without bounds" }
        return (isGood(at: .now) ? "good until " : "expired ") + expires.formatted(.iso8601)
    }
}
