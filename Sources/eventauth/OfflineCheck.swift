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
    var eventFile: String?

    /// Decides the event, and keeps what it was decided from.
    func answer(explaining: Bool) async throws(InputError) -> (answer: Answer, events: DecidedEvents) {
        guard let eventFile else { preconditionFailure("Cannot check no event: the commands' validate() asks for one") }
        let event = try EventFile(eventFile)
        guard let pdu = event.events.first, event.events.count == 1 else {
            throw .notOneEvent(eventFile, count: event.events.count)
        }
        let cited = try authEvents.map { name throws(InputError) in try EventFile(name) }
        let state = try state.map { name throws(InputError) in try EventFile(name) }
        let named = roomVersion ?? event.roomVersion ?? cited?.roomVersion ?? state?.roomVersion
        let brought = (cited?.events ?? []) + (state?.events ?? [])
        let stateIDs = try state?.eventIDs(in: named ?? brought.namedRoomVersion)
        let answer = await Answer.to("auth.check") { writer in
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
                    for id in stateIDs { writer.eventID(id) }
                }
            }
            writer.key("explain")
            writer.bool(explaining)
        }
        return (answer, DecidedEvents(event: pdu, others: brought))
    }
}

/// An event that was decided, and those from the files that it was decided by.
struct DecidedEvents {
    let event: JSONValue
    let others: [JSONValue]
}

extension Answer {
    /// The answer of a service that has no events but those of the request.
    static func to(_ method: String, params: (inout JSONWriter) -> Void) async -> Answer {
        await to(method, from: MemoryEventStore(), params: params)
    }

    /// The answer of a service that has what `store` has, beside the events of the request.
    static func to(
        _ method: String,
        from store: any EventStore,
        params: (inout JSONWriter) -> Void
    ) async -> Answer {
        let service = AuthorizationService(graph: AuthGraph(store: store)) { incident in
            eventauth.printError(incident.detail)
            return "standard error"
        }
        let dispatcher = Dispatcher(methods: service.methods, info: AuthorizationService.info)
        let message = JSONFragment { writer in
            writer.object { writer in
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
        switch dispatcher.respond(to: message.bytes, in: .local) {
        case .ready(let bytes), .refused(_, let bytes): return Answer(reply: bytes)
        case .waiting(let work): return Answer(reply: await work() ?? [])
        case .nothing: preconditionFailure("A request with an id is answered")
        }
    }
}

extension [JSONValue] {
    /// What the create event among these says of the room version.
    fileprivate var namedRoomVersion: String? {
        let create = first { $0.object?["type"]?.text.map { $0 == "m.room.create" } ?? false }
        return create?.object?["content"]?.object?["room_version"]?.text?.string
    }
}
