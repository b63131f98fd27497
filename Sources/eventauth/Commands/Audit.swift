import ArgumentParser
import AuthGraph
import CanonicalJSON
import Logging
import MatrixEvents
import PostgresStore

struct Audit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Decide every event of every room of a database anew, and report what differs.",
        discussion: """
            Rooms in which what is stored as rejected and what the rules say differ, content that is not its id's, rejected \
            events that accepted ones cite, and current state that was never allowed or looks reset. Nothing is written to \
            the database; a role that may read a homeserver's tables is enough.

              eventauth audit --database postgresql:///synapse --layout synapse --resume audit.jsonl --output html > audit.html

            With --resume an audit that was broken off goes on where it was. Exit status: 0 nothing was found, 1 something \
            was, 2 not every room, or not all of a current state, could be gone through.
            """
    )

    @OptionGroup var database: ReadDatabaseOption

    @Option(help: "What to print: text, json or html.")
    var output = AuditOutput.text

    @Option(help: "A file that keeps what was found of each room, a line each.")
    var resume: String?

    @Option(help: "A room to go through, in place of all. May be given several times.")
    var room: [String] = []

    @Option(help: "Rooms to go through at the same time.")
    var jobs = 2

    @Option(help: "Events that a room may have; larger ones are told of and passed over.")
    var maxEvents = 2_000_000

    @Option(help: "Findings of a kind that are named of a room; all are counted.")
    var findings = 20

    func validate() throws {
        guard database.database != nil else { throw ValidationError("Give the --database to go through.") }
        guard (1...64).contains(jobs) else { throw ValidationError("--jobs is from 1 to 64") }
        guard maxEvents > 0, findings > 0 else { throw ValidationError("--max-events and --findings are from 1 on") }
        for id in room where RoomID(UTF8Text(id)) == nil { throw ValidationError("\(id) is no room's id") }
    }

    func run() async throws {
        let summary: AuditSummary
        do {
            summary = try await audit()
        } catch {
            printError("the audit was broken off: \(error)")
            throw ExitCode(2)
        }
        output.print(summary)
        if !summary.failed.isEmpty || summary.unexaminedCount > 0 { throw ExitCode(2) }
        if summary.findingCount > 0 { throw ExitCode(1) }
    }

    private func audit() async throws -> AuditSummary {
        guard let url = database.database else { preconditionFailure("Cannot audit nothing: validate() asks for it") }
        var configuration = database.layout.configuration(url)
        configuration.streamConnectionCount = jobs
        configuration.streamTimeout = .seconds(3_600)
        configuration.loadTimeout = .seconds(60)
        let store = try await PostgresStore.open(configuration, logger: .program(.warning))
        do {
            let run = AuditRun(
                store: store,
                rooms: room.compactMap { RoomID(UTF8Text($0)) },
                jobs: jobs,
                maxEvents: maxEvents,
                findingLimit: findings
            )
            let file = try AuditFile(resume, layout: store.layout, database: try await store.databaseIdentity())
            let summary = try await run.summary(file: file)
            await store.close()
            return summary
        } catch {
            await store.close()
            throw error
        }
    }
}

/// What an audit prints.
enum AuditOutput: String, CaseIterable, ExpressibleByArgument {
    case text
    case json
    case html

    func print(_ summary: AuditSummary) {
        switch self {
        case .text: summary.printText()
        case .json: summary.printJSON()
        case .html: Swift.print(AuditPage(summary).text)
        }
    }
}
