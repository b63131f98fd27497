import ArgumentParser
import CanonicalJSON

struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Decide one event with events from files; no server is needed.",
        discussion: """
            Exit status: 0 allow, 1 deny, 2 no decision.

              eventauth check --auth-events auth.json event.json
              jq .pdu transaction.json | eventauth check --room-version 11 --auth-events auth.jsonl -

            With --decisions, the decisions of a server's log are made again instead, each from its line alone, and those \
            told of that are others now. Exit status: 0 all the same, 1 some others, 2 some that cannot be made.

              eventauth check --decisions decisions.jsonl
            """
    )

    @OptionGroup var check: OfflineCheck

    @Option(
        help: "A log of decisions (see --decision-log of `eventauth help serve`) to make again; - for standard input."
    )
    var decisions: String?

    @Flag(help: "Tell every rule that was tried.")
    var explain = false

    @Flag(help: "Print the decision as JSON.")
    var json = false

    func validate() throws {
        guard (decisions == nil) != (check.eventFile == nil) else {
            throw ValidationError("Give a file with the event to decide, or --decisions.")
        }
    }

    func run() async throws {
        guard let decisions else { return try await check.printAnswer(as: json ? .json : .text, explaining: explain) }
        let report = try await DecisionsReport(making: decisions, showingProgress: !json)
        if json { report.printJSON() } else { report.printText() }
        throw report.exitCode
    }
}
