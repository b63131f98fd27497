import ArgumentParser
import CanonicalJSON

struct Whence: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Follow a user's power back to the creation of the room: who granted it, and by whose grant they could.",
        discussion: """
            Beside the state it takes the power levels that there were before; --events names a file that has them:

              eventauth whence @bob:b.example --state state.jsonl --events room.jsonl
              eventauth whence @bob:b.example --database $URL --room '!room:a.example'

            Exit status: 0, or 2 where there is no answer.
            """
    )

    @OptionGroup var room: RoomOptions

    @Argument(help: "The user.")
    var user: String

    @Flag(help: "Print the answer as JSON.")
    var json = false

    func run() async throws {
        try await room.ask("moderation.whence") { writer in
            writer.optional(user, under: "user_id")
        } show: { result in
            if json { result.printJSON() } else { Self.printText(result) }
        }
    }

    private static func printText(_ result: JSONObject) {
        print("\(result.string("user_id")) has the power level \(result["level"]?.words ?? "-")")
        for grant in result["chain"]?.array?.compactMap(\.object) ?? [] {
            let level = grant["level"]?.isNull == true ? "an unreadable level" : grant["level"]?.words ?? "-"
            let before = grant["before"].flatMap { $0.isNull ? nil : ", before \($0.words)" } ?? ""
            print("  \(grant.string("user_id")): \(level)\(before)")
            print("    \(grant.string("event_id"))  \(grant.string("type")) by \(grant.string("sender"))")
        }
        print("made from    \(result.stateInWords)")
    }
}
