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

    func run() async throws {
        let subjects = try await MicroSubjects()
        let pdu = subjects.message.pdu
        print("an event of \(pdu.count) bytes, a request of \(subjects.request.count) bytes\n")
        let sha = measure("SHA-256 of the event's bytes") { blackHole(SHA256.hash(data: pdu)) }
        let decoder = measure("JSONDecoder, the event's own fields") {
            blackHole(try? JSONDecoder().decode(FoundationEvent.self, from: Data(pdu)))
        }
        measure("read JSON", beside: ("JSONDecoder", decoder)) { blackHole(try? JSONDocument(parsing: pdu)) }
        let event = measure("read, check its format, name it by its hash", beside: ("SHA-256", sha)) {
            blackHole(try? Self.readEvent(pdu, subjects.message.roomVersion))
        }
        let signature = measure("Ed25519, one signature verified") { blackHole(subjects.verifyBytes()) }
        measure("check an event's signatures", beside: ("Ed25519", signature)) { blackHole(subjects.checkSignatures()) }
        measure("decide a message") { blackHole(subjects.decide(subjects.message)) }
        measure("decide a join") { blackHole(subjects.decide(subjects.join)) }
        measure("decide power levels of 1,000 users") { blackHole(subjects.decidePowerLevels()) }
        measure("read, name and decide", beside: ("read and name", event)) {
            guard let message = try? Self.readEvent(pdu, subjects.message.roomVersion) else { return }
            blackHole(subjects.decide(message))
        }
        let requestHash = measure("SHA-256 of the request's bytes") { blackHole(SHA256.hash(data: subjects.request)) }
        measure("request bytes to reply bytes, warm", beside: ("SHA-256", requestHash)) {
            blackHole(subjects.respond())
        }
    }

    private static func readEvent(_ pdu: [UInt8], _ version: RoomVersion) throws -> Event {
        let event = try Event(parsing: pdu, roomVersion: version)
        try event.checkFormat()
        return event
    }

    /// Prints and returns the least time of an operation.
    @discardableResult
    private func measure(
        _ name: String,
        beside other: (name: String, time: Duration)? = nil,
        _ operation: () -> Void
    ) -> Duration {
        guard only.map({ name.contains($0) }) ?? true else { return .zero }
        let least = leastTime(operation)
        let ratio = only != nil ? "" : other.map { String(format: "%8.2f × %@", least / $0.time, $0.name) } ?? ""
        let column = name.padding(toLength: 46, withPad: " ", startingAt: 0)
        print(column + String(format: "%10.0f ns  ", least / .nanoseconds(1)) + ratio)
        return least
    }

    /// The least time an operation took over the rounds, each of which takes about ten milliseconds.
    private func leastTime(_ operation: () -> Void) -> Duration {
        let clock = ContinuousClock()
        var repetitions = 1
        while clock.measure({ for _ in 0..<repetitions { operation() } }) < .milliseconds(10) { repetitions *= 2 }
        var least = Duration.seconds(3600)
        for _ in 0..<rounds {
            least = min(least, clock.measure { for _ in 0..<repetitions { operation() } } / repetitions)
        }
        return least
    }
}

/// Keeps the optimiser from leaving out work whose result nobody reads.
@inline(never)
private func blackHole<Value>(_ value: Value) {}

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
