import ArgumentParser
import EventTestSupport
import Foundation

/// Writes requests to load a server with that has the sample room.
struct RequestsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "requests",
        abstract: "Prints an auth.check for each event of the sample room, one a line."
    )

    func run() throws {
        for (index, event) in try SampleRoom().events.enumerated() {
            FileHandle.standardOutput.write(Data(MicroSubjects.request(for: event, id: index) + [0x0A]))
        }
    }
}
