import ArgumentParser

struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Decide one event as `check` does, and tell why, what would turn a denial, and every rule that was tried.",
        discussion: """
            Below the decision stand the rule in a sentence, the values that it compared, the events that it read, the smallest \
            change that would turn a denial, and the event with what it is authorized by, as far as the files hold it:

              eventauth explain --auth-events room.jsonl event.json

            With --dot that graph is printed for Graphviz instead, the event and those that decided in colours:

              eventauth explain --dot --auth-events room.jsonl event.json | dot -Tsvg > graph.svg

            Exit status: 0 allow, 1 deny, 2 no decision.
            """
    )

    @OptionGroup var check: OfflineCheck

    @Flag(help: "Print the decision as JSON.")
    var json = false

    @Flag(help: "Print the auth graph as Graphviz reads it.")
    var dot = false

    func validate() throws {
        guard check.eventFile != nil else { throw ValidationError("Give a file with the event to decide.") }
        guard !(json && dot) else { throw ValidationError("Give --json or --dot, not both.") }
    }

    func run() async throws {
        try await check.printAnswer(as: json ? .json : dot ? .dot : .text, explaining: true)
    }
}
