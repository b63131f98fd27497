import AccessControl
import ArgumentParser
import FoundationEssentials
import JSONRPC

struct TokenCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a token, and print it: this once.",
        discussion: """
            Prints the token on standard output. Its hash goes into the file, which is made where there is none and replaced \
            as a whole: see to it that the server may read it, which reads it again on SIGHUP.

              eventauth token create --file credentials --name synapse --role check --role write --expires 365d
            """
    )

    @Option(help: "The file of credentials.")
    var file: String

    @Option(help: "What logs call whoever shows the token.")
    var name: String

    @Option(help: "What the token opens: check, write, moderate or admin. May be given several times.")
    var role: [Role]

    @Option(
        help: "When the token ceases to be good: days from now, as 90d, or a time, as 2027-01-31T00:00:00Z.",
        transform: Self.expiry
    )
    var expires: Date?

    func validate() throws {
        guard Credential.isName(name) else {
            throw ValidationError("--name has no control characters, and some others")
        }
    }

    func run() async throws {
        let token = Token()
        try CredentialsEdit(of: file).add(
            Credential(name: name, roles: Set(role), proof: .token(sha256: token.sha256), expires: expires)
        )
        print(token.text)
    }

    private static func expiry(_ text: String) throws -> Date {
        if text.last == "d", let days = Int(text.dropLast()), (1...36_500).contains(days) {
            return Date(timeIntervalSinceNow: Double(days) * 86_400)
        }
        guard let date = Credential.time(text) else {
            throw ValidationError("--expires is days from 1d to 36500d, or a time such as 2027-01-31T00:00:00Z")
        }
        guard date > .now else { throw ValidationError("--expires is in the future") }
        return date
    }
}

extension Role: ExpressibleByArgument {}
