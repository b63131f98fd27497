import ArgumentParser
import CanonicalJSON
import EventTestSupport
import Foundation
import MatrixEvents

/// Writes a room to import, hashed and signed like any other.
struct RoomCommand: ParsableCommand {
    /// What happens in the room.
    enum Kind: String, CaseIterable, ExpressibleByArgument {
        /// One user joins and leaves, again and again: a chain as deep as the room is long.
        case pingPong = "ping-pong"
        /// Users join, each once: a chain as wide as the room is large.
        case members
    }

    static let configuration = CommandConfiguration(
        commandName: "room",
        abstract: "Prints the events of a room, one a line, as `eventauth import` takes them."
    )

    @Option(help: "Events of the room.")
    var events = 10_000

    @Option(help: "What happens there: ping-pong or members.")
    var kind = Kind.pingPong

    @Flag(help: "Print the keys of the room's servers instead, as `eventauth keys import` takes them.")
    var keys = false

    func run() throws {
        guard !keys else { return print(Self.serverKeys) }
        var room = try TestRoom.furnished(.v11, id: "bench-\(kind.rawValue)-\(events)")
        for event in room.events { write(event) }
        for number in room.events.count..<events {
            let event =
                switch kind {
                case .pingPong: try room.setMembership(number.isMultiple(of: 2) ? "join" : "leave", of: .bob)
                case .members: try room.join(Self.user(number))
                }
            write(event)
        }
    }

    /// Those that sign the events.
    static let servers = ["a", "b"] + (0..<20).map { "server\($0).example" }

    private static var serverKeys: String {
        let entries = servers.map { server in
            #""\#(server)": {"verify_keys": {"\#(TestSigningKey.id)": {"key": "\#(TestSigningKey(of: server).publicKey())"}}}"#
        }
        return "{\(entries.joined(separator: ", "))}"
    }

    private static func user(_ number: Int) -> UserID {
        UserID(stringLiteral: "@user_with_a_name_\(number):server\(number % 20).example")
    }

    private func write(_ event: Event) {
        FileHandle.standardOutput.write(Data(event.importLine + [0x0A]))
    }
}
