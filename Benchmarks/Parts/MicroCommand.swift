import ArgumentParser
import AuthGraph
import AuthorizationService
import CanonicalJSON
import Crypto
import EventAuthorization
import EventTestSupport
import Foundation
import JSONRPC
import MatrixEvents

/// Times the parts of a verdict inside one process, each beside something that everybody knows.
struct MicroCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "micro",
        abstract: "Times reading, hashing and deciding inside the process, beside JSONDecoder and SHA-256.",
        discussion: "Each figure is the least of several rounds, in nanoseconds an operation."
    )

    @Option(help: "Rounds of each measurement.")
    var rounds = 15

    @Option(help: "Measure only what has this in its name, as for a profiler.")
    var only: String?

    @OptionGroup var figures: FiguresOption

    func run() async throws {
        let subjects = try await MicroSubjects()
        print("an event of \(subjects.message.pdu.count) bytes, a request of \(subjects.request.count) bytes\n")
        try measureReading(subjects)
        try measureDecisions(subjects)
        let hash = try measure("SHA-256 of the request's bytes", as: "request.sha256") {
            blackHole(SHA256.hash(data: subjects.request))
        }
        try measure("request bytes to reply bytes, warm", as: "request.reply", beside: ("SHA-256", hash)) {
            blackHole(subjects.respond())
        }
    }

    private func measureReading(_ subjects: MicroSubjects) throws {
        let pdu = subjects.message.pdu
        let sha = try measure("SHA-256 of the event's bytes") { blackHole(SHA256.hash(data: pdu)) }
        let decoder = try measure("JSONDecoder, the event's own fields", as: "json.decoder") {
            blackHole(try? JSONDecoder().decode(FoundationEvent.self, from: Data(pdu)))
        }
        try measure("read JSON", as: "json.read", beside: ("JSONDecoder", decoder)) {
            blackHole(try? JSONDocument(parsing: pdu))
        }
        let event = try measure("read, check its format, name it by its hash", beside: ("SHA-256", sha)) {
            blackHole(try? Event.checked(pdu, subjects.message.roomVersion))
        }
        try measure("read, name and decide", beside: ("read and name", event)) {
            guard let message = try? Event.checked(pdu, subjects.message.roomVersion) else { return }
            blackHole(subjects.decide(message))
        }
        let signature = try measure("Ed25519, one signature verified") { blackHole(subjects.verifyBytes()) }
        try measure("check an event's signatures", beside: ("Ed25519", signature)) {
            blackHole(subjects.checkSignatures())
        }
    }

    private func measureDecisions(_ subjects: MicroSubjects) throws {
        try measure("decide a message, state at hand", as: "decide.message") {
            blackHole(Authorization.decide(subjects.message, in: subjects.messageState))
        }
        try measure("decide a join, state at hand", as: "decide.join") {
            blackHole(Authorization.decide(subjects.join, in: subjects.joinState))
        }
        try measure("decide power levels of 1,000 users, state at hand", as: "decide.power_levels") {
            blackHole(Authorization.decide(subjects.powerLevels, in: subjects.powerLevelsState))
        }
        try measure("decide a message by what it cites") { blackHole(subjects.decide(subjects.message)) }
        try measure("decide a join by what it cites") { blackHole(subjects.decide(subjects.join)) }
        try measure("decide power levels by what they cite") { blackHole(subjects.decidePowerLevels()) }
    }

    /// Prints and returns the least time of an operation.
    @discardableResult
    private func measure(
        _ name: String,
        as figure: String? = nil,
        beside other: (name: String, time: Duration)? = nil,
        _ operation: () -> Void
    ) throws -> Duration {
        guard only.map({ name.contains($0) }) ?? true else { return .zero }
        let least = Stopwatch.leastTime(rounds: rounds, of: operation)
        let ratio = only != nil ? "" : other.map { String(format: "%8.2f × %@", least / $0.time, $0.name) } ?? ""
        let column = name.padding(toLength: 50, withPad: " ", startingAt: 0)
        print(column + String(format: "%10.0f ns  ", least / .nanoseconds(1)) + ratio)
        if let figure { try figures.record(figure, least) }
        return least
    }
}

/// The fields of an event as a Codable type would have them.
private struct FoundationEvent: Decodable {
    struct Content: Decodable {
        let body: String?
    }

    let type: String
    let sender: String
    let room_id: String
    let depth: Int
    let origin_server_ts: Int
    let content: Content
    let auth_events: [String]
    let prev_events: [String]
    let hashes: [String: String]
    let signatures: [String: [String: String]]
}
