import ArgumentParser
import AuthorizationService
import CanonicalJSON
import JSONRPC

/// Makes the decisions of a log again, each from its line alone, and counts what comes of them.
struct DecisionsReport {
    private var same = 0
    private var differing = 0
    private var incomplete = 0
    private var unreadable = 0

    /// - Parameter name: the log; `-` for standard input.
    init(making name: String, showingProgress: Bool) async throws(InputError) {
        var file = try InputFile(name)
        var progress = ProgressBar(name: file.name, total: showingProgress ? fileSize(name) : nil)
        var line = 0
        while let bytes = try file.readLine() {
            line += 1
            if bytes.isEmpty { continue }
            await add(bytes, from: "\(file.name), line \(line)")
            if line % 100 == 0 { progress.show(file.offset, note: "\(line.grouped) decisions") }
        }
        progress.finish(note: "\(line.grouped) decisions")
    }

    private mutating func add(_ line: [UInt8], from place: String) async {
        let replay: DecisionReplay
        do throws(DecisionLineError) {
            replay = try await DecisionReplay(line: line)
        } catch {
            unreadable += 1
            return printError("\(place) is no decision: \(error)")
        }
        switch replay.outcome {
        case .same: same += 1
        case .incomplete:
            incomplete += 1
            printError("\(place) does not hold all that its decision was made of")
        case .differs(let answer):
            differing += 1
            printError("\(place) is decided otherwise now:\n  \(replay.recorded.decision)\n  \(answer.decision)")
        }
    }

    func printText() {
        let total = same + differing + incomplete + unreadable
        print(
            "\(total.grouped) \(total == 1 ? "decision" : "decisions"): \(same.grouped) the same, \(differing.grouped) decided otherwise now"
        )
        if incomplete > 0 { print("\(incomplete.grouped) cannot be made again: their lines do not hold all it takes") }
        if unreadable > 0 { print("\(unreadable.grouped) lines are no decisions") }
    }

    func printJSON() {
        let counts = [
            ("same" as StaticString, same), ("differing", differing), ("incomplete", incomplete),
            ("unreadable", unreadable),
        ]
        let summary = JSONFragment { writer in
            writer.object { writer in
                for (name, count) in counts {
                    writer.key(name)
                    writer.integer(count)
                }
            }
        }
        print(String(decoding: summary.bytes, as: UTF8.self))
    }

    /// 0 where every decision is the same, 1 where one is another now, 2 where one could not be made.
    var exitCode: ExitCode {
        if differing > 0 { return ExitCode(1) }
        return incomplete + unreadable > 0 ? ExitCode(2) : .success
    }
}

extension JSONObject {
    /// A decision or an error in a line.
    fileprivate var decision: String {
        guard self["verdict"] != nil else { return "no decision: \(string("message"))" }
        return "\(string("verdict"))  \(string("rule"))  \(string("event_id"))  \(string("reason"))"
    }
}
