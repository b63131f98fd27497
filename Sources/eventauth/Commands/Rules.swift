import ArgumentParser
import AuthGraph
import AuthorizationService
import CanonicalJSON
import JSONRPC
import MatrixEvents

struct Rules: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the rules of a room version, in the order in which they are tried.",
        discussion: "The number is the one that the room version's page in the Matrix specification shows."
    )

    @Option(help: "The rule set: 1 to 12, or draft-2014.")
    var roomVersion = RoomVersion.v12.rawValue

    @Flag(help: "Print the rules as JSON.")
    var json = false

    func run() async throws {
        let answer = await Answer.to("auth.rules") { writer in
            writer.key("room_version")
            writer.string(roomVersion)
        }
        guard case .decision(let result) = answer else {
            if case .noDecision(let error) = answer { Answer.printError(error) }
            throw answer.exitCode
        }
        if json { return answer.printJSON() }
        for rule in result["rules"]?.array?.compactMap(\.object) ?? [] {
            let number = rule["spec"]?.object?["number"]?.text?.string ?? "·"
            let columns = [
                number.padded(to: 8), rule.string("outcome").padded(to: 6), rule.string("rule").padded(to: 44),
            ]
            print(columns.joined(separator: " ") + rule.string("title"))
        }
    }
}
