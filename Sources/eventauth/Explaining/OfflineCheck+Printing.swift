import ArgumentParser
import CanonicalJSON
import EventAuthorization

extension OfflineCheck {
    enum Form {
        case text
        case json
        case dot
    }

    /// Prints the answer and exits as it says.
    func printAnswer(as form: Form, explaining: Bool) async throws {
        let (answer, events): (Answer, DecidedEvents)
        do {
            (answer, events) = try await self.answer(explaining: explaining)
        } catch {
            printError("no decision: \(error)")
            throw ExitCode(2)
        }
        switch (form, answer) {
        case (.json, _): answer.printJSON()
        case (_, .noDecision(let error)): Answer.printError(error)
        case (.text, .decision(let result)): Self.printText(result, explaining ? events : nil)
        case (.dot, .decision(let result)):
            guard let graph = AuthGraphPicture(events, result) else {
                printError("no graph: the event is malformed")
                break
            }
            print(graph.dot)
        }
        throw answer.exitCode
    }

    /// - Parameter events: what was decided from, where the decision is to be explained.
    private static func printText(_ result: JSONObject, _ events: DecidedEvents?) {
        print("\(result.string("verdict"))  \(result.string("rule"))  (\(result.specification))")
        print(result.string("reason"))
        guard let events else {
            print("event        \(result.string("event_id"))")
            printGate(result)
            for id in result.strings("decided_by") { print("decided by   \(id)") }
            return
        }
        let graph = AuthGraphPicture(events, result)
        print("")
        if let title = Rule(rawValue: result.string("rule"))?.description.title { print("the rule     \(title)") }
        let trials = result["trace"]?.array?.compactMap(\.object) ?? []
        if let compared = trials.last?.comparedValues { print("compared     \(compared)") }
        print("event        \(result.string("event_id"))")
        printGate(result)
        for id in result.strings("decided_by") { print("decided by   \(graph?.line(of: id) ?? id)") }
        printNearest(result)
        if let graph {
            print("\nWhat authorizes it:")
            for line in graph.lines { print("  \(line)") }
        }
        guard !trials.isEmpty else { return }
        print("\nRules tried:")
        for trial in trials { printTrial(trial) }
    }

    private static func printGate(_ result: JSONObject) {
        print("gate         \(result.string("gate")), disposition \(result.string("disposition"))")
    }

    private static func printNearest(_ result: JSONObject) {
        guard let nearest = result["nearest"] else { return }
        let words = nearest.object.map { ChangeInWords($0).text } ?? "nothing"
        print("allowed with \(words)")
    }

    private static func printTrial(_ trial: JSONObject) {
        let number = trial["spec"]?.object?["number"]?.text?.string ?? "·"
        let outcome = trial.string("outcome")
        print("  \(number.padded(to: 8)) \(outcome.padded(to: 9)) \(trial.string("rule"))")
        if let compared = trial.comparedValues { print("           \(compared)") }
    }
}

extension JSONObject {
    /// The values that a trial compared; `nil` where there are none.
    fileprivate var comparedValues: String? {
        let compared = self["compared"]?.object?.map { "\($0.key) \($0.value.words)" } ?? []
        return compared.isEmpty ? nil : compared.joined(separator: ", ")
    }
}

extension JSONValue {
    /// The value as a person reads it.
    var words: String {
        text?.string.shown ?? (isNull ? "absent" : String(decoding: source, as: UTF8.self).shown)
    }
}
