import ArgumentParser
import AuthGraph
import AuthorizationService
import CanonicalJSON
import JSONRPC
import MatrixEvents

/// A check of one event with the events from files: the same `auth.check` that the server answers, without a server.
struct OfflineCheck: ParsableArguments {
    @Option(help: "The rule set: 1 to 12, or draft-2014. By default the one that the files name.")
    var roomVersion: String?

    @Option(help: "A file with the PDUs that the event cites: an array, or one a line.")
    var authEvents: String?

    @Option(help: "A file with the room's state before the event: adds that check.")
    var state: String?

    @Argument(help: "A file with the PDU to decide; - for standard input.")
    var eventFile: String

    /// The members of `result`, or of the error where there is no decision.
    func answer(explaining: Bool) throws -> Answer {
        let message = try message(explaining: explaining)
        let service = AuthorizationService(graph: AuthGraph(store: MemoryEventStore())) { $0.detail }
        let dispatcher = Dispatcher(methods: service.methods, info: AuthorizationService.info)
        return Answer(reply: dispatcher.respond(to: message))
    }

    private func message(explaining: Bool) throws -> [UInt8] {
        let event = try EventFile(eventFile)
        guard let pdu = event.events.first, event.events.count == 1 else {
            throw ValidationError("\(eventFile) holds \(event.events.count) events; it must hold the one to decide")
        }
        let cited = try authEvents.map { name throws(InputError) in try EventFile(name) }
        let state = try state.map { name throws(InputError) in try EventFile(name) }
        let named = roomVersion ?? (event.roomVersion ?? cited?.roomVersion ?? state?.roomVersion)?.rawValue
        let brought = (cited?.events ?? []) + (state?.events ?? [])
        var stateIDs: [EventID]?
        if let state {
            let version = try named.map { try Self.version($0) } ?? brought.roomVersion
            stateIDs = try state.events.map { value throws(InputError) in
                try value.eventID(in: version, file: self.state ?? "")
            }
        }
        return JSONFragment { writer in
            writer.request(method: "auth.check") { writer in
                writer.key("event")
                writer.raw(pdu.source)
                writer.key("events")
                writer.array { writer in
                    for event in brought { writer.raw(event.source) }
                }
                if let named {
                    writer.key("room_version")
                    writer.string(named)
                }
                if let stateIDs {
                    writer.key("state")
                    writer.array { writer in
                        for id in stateIDs { writer.string(id.text) }
                    }
                }
                writer.key("explain")
                writer.bool(explaining)
            }
        }.bytes
    }

    static func version(_ text: String) throws -> RoomVersion {
        guard let version = RoomVersion(rawValue: text) else {
            let known = RoomVersion.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("\"\(text)\" is no known room version: \(known)")
        }
        return version
    }
}

extension [JSONValue] {
    /// What the create event among these says; version 1 where it says nothing.
    fileprivate var roomVersion: RoomVersion {
        let create = first { $0.object?["type"]?.text.map { $0 == "m.room.create" } ?? false }
        let named = create?.object?["content"]?.object?["room_version"]?.text?.string
        return named.flatMap { RoomVersion(rawValue: $0) } ?? .v1
    }
}

extension JSONWriter {
    /// A JSON-RPC request with the id 1.
    mutating func request(method: String, params: (inout JSONWriter) -> Void) {
        object { writer in
            writer.key("jsonrpc")
            writer.string("2.0")
            writer.key("id")
            writer.integer(1)
            writer.key("method")
            writer.string(method)
            writer.key("params")
            writer.object(params)
        }
    }
}
