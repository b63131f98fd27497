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
        guard let decisions else { return try await printAnswer(check, explaining: explain, asJSON: json) }
        let report = try await DecisionsReport(making: decisions, showingProgress: !json)
        if json { report.printJSON() } else { report.printText() }
        throw report.exitCode
    }
}

struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Decide one event as `check` does, and tell every rule that was tried and what it compared.",
        discussion: "Exit status: 0 allow, 1 deny, 2 no decision."
    )

    @OptionGroup var check: OfflineCheck

    @Flag(help: "Print the decision as JSON.")
    var json = false

    func validate() throws {
        guard check.eventFile != nil else { throw ValidationError("Give a file with the event to decide.") }
    }

    func run() async throws {
        try await printAnswer(check, explaining: true, asJSON: json)
    }
}

/// Prints the answer and exits as it says.
private func printAnswer(_ check: OfflineCheck, explaining: Bool, asJSON: Bool) async throws {
    let answer: Answer
    do {
        answer = try await check.answer(explaining: explaining)
    } catch {
        printError("no decision: \(error)")
        throw ExitCode(2)
    }
    if asJSON { answer.printJSON() } else { answer.printText() }
    throw answer.exitCode
}

extension Answer {
    fileprivate func printText() {
        switch self {
        case .decision(let result): Self.printDecision(result)
        case .noDecision(let error): Self.printError(error)
        }
    }

    private static func printDecision(_ result: JSONObject) {
        print("\(result.string("verdict"))  \(result.string("rule"))  (\(result.specification))")
        print(result.string("reason"))
        print("event        \(result.string("event_id"))")
        print("gate         \(result.string("gate")), disposition \(result.string("disposition"))")
        for id in result.strings("decided_by") { print("decided by   \(id)") }
        guard let trace = result["trace"]?.array, !trace.isEmpty else { return }
        print("\nRules tried:")
        for trial in trace { trial.object.map(printTrial) }
    }

    private static func printTrial(_ trial: JSONObject) {
        let number = trial["spec"]?.object?["number"]?.text?.string ?? "·"
        let outcome = trial.string("outcome")
        print("  \(number.padded(to: 8)) \(outcome.padded(to: 9)) \(trial.string("rule"))")
        let compared = trial["compared"]?.object?.map { "\($0.key) \(Self.words($0.value))" } ?? []
        if !compared.isEmpty { print("           \(compared.joined(separator: ", "))") }
    }

    private static func words(_ value: JSONValue) -> String {
        value.text?.string ?? (value.isNull ? "absent" : String(decoding: value.source, as: UTF8.self))
    }
}
