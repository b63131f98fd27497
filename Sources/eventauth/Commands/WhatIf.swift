import ArgumentParser
import CanonicalJSON

struct WhatIf: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "what-if",
        abstract:
            "Tell what an event would do to a room: who could do what no longer or only then, and who is left to mend it.",
        discussion: """
            The event is a PDU, or what there is of one yet:

              {"type": "m.room.power_levels", "sender": "@alice:a.example",
               "state_key": "", "content": {"users": {"@alice:a.example": 100}}}

              eventauth what-if --state state.jsonl event.json

            --user names users, as bots, of whom is told whom they could kick and ban no longer. Exit status: 0 where the \
            event is allowed, 1 where it is not, 2 where there is no answer.
            """
    )

    @OptionGroup var room: RoomOptions

    @Option(help: "A user whose reach is asked for; several times for several.")
    var user: [String] = []

    @Argument(help: "A file with the event; - for standard input.")
    var eventFile: String

    @Flag(help: "Print the answer as JSON, a page a line.")
    var json = false

    func run() async throws {
        let event = try readEvent()
        var cursor: String?
        var pages: [JSONObject] = []
        repeat {
            try await room.ask("moderation.what_if") { writer in
                writer.key("event")
                writer.raw(event.source)
                writer.key("users")
                writer.array { writer in
                    for user in user { writer.string(user) }
                }
                writer.optional(cursor, under: "cursor")
                writer.key("limit")
                writer.integer(1_000)
            } show: { result in
                cursor = result["cursor"]?.text?.string
                pages.append(result)
                if json { result.printJSON() }
            }
        } while cursor != nil
        if !json { Self.printText(pages) }
        guard pages.first?["allowed"]?.bool == true else { throw ExitCode(1) }
    }

    private func readEvent() throws -> JSONValue {
        do throws(InputError) {
            let file = try EventFile(eventFile)
            guard let event = file.events.first, file.events.count == 1 else {
                throw .notOneEvent(eventFile, count: file.events.count)
            }
            return event
        } catch {
            printError("no answer: \(error)")
            throw ExitCode(2)
        }
    }

    private static func printText(_ pages: [JSONObject]) {
        guard let first = pages.first else { return }
        let isAllowed = first["allowed"]?.bool ?? false
        print("\(isAllowed ? "allowed" : "denied")  \(first.string("rule"))  (\(first.specification))")
        print(first.string("reason"))
        if !isAllowed { print("allowed with \(first["nearest"]?.object.map { ChangeInWords($0).text } ?? "nothing")") }
        for page in pages {
            for (key, word) in [("gains" as StaticString, "gains"), ("losses", "loses")] {
                for entry in page[key]?.array?.compactMap(\.object) ?? [] {
                    let abilities = entry.strings("abilities").joined(separator: ", ")
                    print("\(word.padded(to: 12)) \(entry.string("user_id")): \(abilities)")
                }
            }
            for entry in page["out_of_reach"]?.array?.compactMap(\.object) ?? [] {
                print("out of reach \(entry.string("user_id")): \(entry.string("action")) \(entry.string("target"))")
            }
        }
        let after = first["administrators"]?.object?.strings("after") ?? []
        print("power levels \(after.isEmpty ? "nobody could change them any more" : after.joined(separator: ", "))")
        print("made from    \(first.stateInWords)")
    }
}
