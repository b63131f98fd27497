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
        discussion: """
            Each figure is the least of many rounds, in nanoseconds an operation. The measurements take turns, so that what \
            else the machine does for a while falls on all of them.
            """
    )

    @Option(help: "Rounds of each measurement, some ten milliseconds each.")
    var rounds = 100

    @Option(help: "Measure only what has this in its name, as for a profiler.")
    var only: String?

    @OptionGroup var figures: FiguresOption

    /// Something that is timed, and what it stands beside.
    private struct Measurement {
        let name: String
        /// The figure to record.
        let figure: String?
        let other: (name: String, label: String)?
        let operation: () -> Void

        init(
            _ name: String,
            as figure: String? = nil,
            beside other: (name: String, label: String)? = nil,
            _ operation: @escaping () -> Void
        ) {
            self.name = name
            self.figure = figure
            self.other = other
            self.operation = operation
        }
    }

    func run() async throws {
        let subjects = try await MicroSubjects()
        print("an event of \(subjects.message.pdu.count) bytes, a request of \(subjects.request.count) bytes\n")
        var measurements = reading(subjects) + decisions(subjects) + request(subjects)
        measurements.removeAll { measurement in only.map { !measurement.name.contains($0) } ?? false }
        var stopwatches = measurements.map { Stopwatch($0.operation) }
        for _ in 0..<rounds {
            for index in stopwatches.indices { stopwatches[index].measureRound() }
        }
        let times = Dictionary(zip(measurements, stopwatches).map { ($0.name, $1.least) }) { first, _ in first }
        for measurement in measurements { try report(measurement, times) }
    }

    private func reading(_ subjects: MicroSubjects) -> [Measurement] {
        let pdu = subjects.message.pdu
        let hash = "SHA-256 of the event's bytes"
        let decoder = "JSONDecoder, the event's own fields"
        let event = "read, check its format, name it by its hash"
        let signature = "Ed25519, one signature verified"
        return [
            Measurement(hash) { blackHole(SHA256.hash(data: pdu)) },
            Measurement(decoder, as: "json.decoder") {
                blackHole(try? JSONDecoder().decode(FoundationEvent.self, from: Data(pdu)))
            },
            Measurement("read JSON", as: "json.read", beside: (decoder, "JSONDecoder")) {
                blackHole(try? JSONDocument(parsing: pdu))
            },
            Measurement(event, beside: (hash, "SHA-256")) {
                blackHole(try? Event.checked(pdu, subjects.message.roomVersion))
            },
            Measurement("read, name and decide", beside: (event, "read and name")) {
                guard let message = try? Event.checked(pdu, subjects.message.roomVersion) else { return }
                blackHole(subjects.decide(message))
            },
            Measurement(signature) { blackHole(subjects.verifyBytes()) },
            Measurement("check an event's signatures", beside: (signature, "Ed25519")) {
                blackHole(subjects.checkSignatures())
            },
        ]
    }

    private func decisions(_ subjects: MicroSubjects) -> [Measurement] {
        [
            Measurement("decide a message, state at hand", as: "decide.message") {
                blackHole(Authorization.decide(subjects.message, in: subjects.messageState))
            },
            Measurement("decide a join, state at hand", as: "decide.join") {
                blackHole(Authorization.decide(subjects.join, in: subjects.joinState))
            },
            Measurement("decide power levels of 1,000 users, state at hand", as: "decide.power_levels") {
                blackHole(Authorization.decide(subjects.powerLevels, in: subjects.powerLevelsState))
            },
            Measurement("decide a message by what it cites") { blackHole(subjects.decide(subjects.message)) },
            Measurement("decide a join by what it cites") { blackHole(subjects.decide(subjects.join)) },
            Measurement("decide power levels by what they cite") { blackHole(subjects.decidePowerLevels()) },
        ]
    }

    private func request(_ subjects: MicroSubjects) -> [Measurement] {
        let hash = "SHA-256 of the request's bytes"
        return [
            Measurement(hash, as: "request.sha256") { blackHole(SHA256.hash(data: subjects.request)) },
            Measurement("request bytes to reply bytes, warm", as: "request.reply", beside: (hash, "SHA-256")) {
                blackHole(subjects.respond())
            },
        ]
    }

    /// Prints the least time of an operation, and keeps it where it is one of the figures.
    private func report(_ measurement: Measurement, _ times: [String: Duration]) throws {
        guard let least = times[measurement.name] else { return }
        let ratio = measurement.other.flatMap { other in
            times[other.name].map { String(format: "%8.2f × %@", least / $0, other.label) }
        }
        let column = measurement.name.padding(toLength: 50, withPad: " ", startingAt: 0)
        print(column + String(format: "%10.0f ns  ", least / .nanoseconds(1)) + (ratio ?? ""))
        if let figure = measurement.figure { try figures.record(figure, least) }
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
