import ArgumentParser
import CanonicalJSON
import EventAuthorization
import EventTestSupport
import MatrixEvents

/// Does one thing so many times and nothing else, for valgrind to count: the difference between two numbers of times leaves
/// out what it takes to begin and to end.
struct CountCommand: AsyncParsableCommand {
    /// What is done.
    enum Subject: String, CaseIterable, ExpressibleByArgument {
        case decideMessage = "decide-message"
        case decideJoin = "decide-join"
        case decidePowerLevels = "decide-power-levels"
        /// Reads the JSON of an event.
        case parse
        /// Reads an event, checks its format and names it by its hash.
        case readEvent = "read-event"
        /// From request bytes to reply bytes, everything in memory.
        case request
    }

    static let configuration = CommandConfiguration(
        commandName: "count",
        abstract: "Does one thing so many times and nothing else, for valgrind to count."
    )

    @Argument(help: "What to do: \(Subject.allCases.map(\.rawValue).joined(separator: ", ")).")
    var subject: Subject

    @Option(help: "How many times.")
    var repetitions = 1_000

    func run() async throws {
        let subjects = try await MicroSubjects()
        let operation = operation(on: subjects)
        for _ in 0..<repetitions { operation() }
    }

    private func operation(on subjects: MicroSubjects) -> () -> Void {
        let (pdu, version) = (subjects.message.pdu, subjects.message.roomVersion)
        return switch subject {
        case .decideMessage: { blackHole(Authorization.decide(subjects.message, in: subjects.messageState)) }
        case .decideJoin: { blackHole(Authorization.decide(subjects.join, in: subjects.joinState)) }
        case .decidePowerLevels:
            {
                blackHole(Authorization.decide(subjects.powerLevels, in: subjects.powerLevelsState))
            }
        case .parse: { blackHole(try? JSONDocument(parsing: pdu)) }
        case .readEvent: { blackHole(try? Event.checked(pdu, version)) }
        case .request: { blackHole(subjects.respond()) }
        }
    }
}

extension Event {
    /// The event of `pdu`, read, its format checked, and named by its hash.
    static func checked(_ pdu: [UInt8], _ version: RoomVersion) throws -> Event {
        let event = try Event(parsing: pdu, roomVersion: version)
        try event.checkFormat()
        return event
    }
}
