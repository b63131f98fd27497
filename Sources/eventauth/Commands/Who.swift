import ArgumentParser
import CanonicalJSON

struct Who: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the users of a room who may do something there.",
        discussion: """
            ACTION and TARGET are those of `eventauth can`:

              eventauth who ban --state state.jsonl
              eventauth who invite --database $URL --room '!room:a.example'

            Users are those with a membership or a level in the state. Exit status: 0, or 2 where there is no answer.
            """
    )

    @OptionGroup var room: RoomOptions

    @Argument(help: "What the users want to do.")
    var action: String

    @Argument(help: "Whom it is about.")
    var target: String?

    @Flag(help: "Print the answer as JSON, a page a line.")
    var json = false

    func run() async throws {
        var cursor: String?
        repeat {
            try await room.ask("moderation.who") { writer in
                writer.optional(action, under: "action")
                writer.optional(target, under: "target")
                writer.optional(cursor, under: "cursor")
                writer.key("limit")
                writer.integer(1_000)
            } show: { result in
                cursor = result["cursor"]?.text?.string
                if json { return result.printJSON() }
                for user in result.strings("users") { print(user) }
            }
        } while cursor != nil
    }
}
