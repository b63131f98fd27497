import ArgumentParser
import CanonicalJSON

struct Can: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tell whether a user may do something in a room, by which rule, and what would make it possible.",
        discussion: """
            ACTION is join, knock, invite, kick, ban, unban, redact, third_party_invite, send:TYPE, state:TYPE or \
            set_power:LEVEL. TARGET is whom it is about, for state:TYPE the state key; without one it is an ordinary \
            member, for unban a banned one, for invite somebody outside.

              eventauth can @bob:b.example kick @mallory:m.example --state state.jsonl
              eventauth can @bob:b.example ban --database $URL --room '!room:a.example'

            The state is the room's current one: an event a place, as a homeserver's state API gives it. Exit status: 0 yes, \
            1 no, 2 no answer.
            """
    )

    @OptionGroup var room: RoomOptions

    @Argument(help: "The user.")
    var user: String

    @Argument(help: "What the user wants to do.")
    var action: String

    @Argument(help: "Whom it is about, or the state key.")
    var target: String?

    @Flag(help: "Print the answer as JSON.")
    var json = false

    func run() async throws {
        var can = false
        try await room.ask("moderation.can") { writer in
            writer.optional(user, under: "user_id")
            writer.optional(action, under: "action")
            writer.optional(target, under: "target")
        } show: { result in
            can = result["can"]?.bool ?? false
            if json { result.printJSON() } else { Self.printText(result, can: can) }
        }
        if !can { throw ExitCode(1) }
    }

    private static func printText(_ result: JSONObject, can: Bool) {
        print("\(can ? "yes" : "no")  \(result.string("rule"))  (\(result.specification))")
        print(result.string("reason"))
        for id in result.strings("decided_by") { print("decided by   \(id)") }
        if !can { print("allowed with \(result["nearest"]?.object.map { ChangeInWords($0).text } ?? "nothing")") }
        print("made from    \(result.stateInWords)")
    }
}
