import CanonicalJSON
import EventAuthorization
import JSONRPC
import MatrixEvents

extension AuthorizationService {
    /// `auth.select`: which events of the state a new event is to cite.
    var select: Method {
        Method(
            "auth.select",
            role: .check,
            summary: "Tells which events of a room's state a new event is to cite.",
            parameters: [
                .required("event", .template, "The event to be: type, sender, state_key, content."),
                .roomVersion,
                .required("state", .array(of: .reference), "The room's state before the event."),
                .broughtEvents,
            ],
            result: .object([
                .required("auth_events", .array(of: .reference), "The ids to cite."),
                .required("keys", .array(of: .stateKey), "The places of the state that the selection asks for."),
                .required("absent", .array(of: .stateKey), "Those that the state has no event for."),
            ]),
            errors: [.eventsMissing, .unknownRoomVersion, .storeUnavailable, .graphCorrupt]
        ) { params throws(RPCError) in
            let named = try params.roomVersion()
            return try answer { atHand throws(Unfinished) in
                try selection(params, named: named, atHand)
            }
        }
    }
}

extension Schema {
    fileprivate static let template = Schema.object([
        .required("type", .string, "The event's type."),
        .required("sender", .string, "The user id of its sender."),
        .optional("state_key", .string, "Its state key, for a state event."),
        .required("content", .map(of: .any), "Its content, as far as it matters to the selection."),
    ])

    fileprivate static let stateKey = Schema.array(of: .string)
}

private func selection(
    _ params: Params,
    named: RoomVersion?,
    _ atHand: EventsAtHand
) throws(Unfinished) -> JSONFragment {
    let references = params.references("state") ?? []
    let version = try atHand.roomVersion(
        named: named,
        example: nil,
        brought: params.optionalArray("events"),
        references: references
    )
    let selection = try finishing { () throws(RPCError) in try AuthEventSelection(params, version) }
    let brought = try finishing { () throws(RPCError) in try params.events("events", version) }
    let path = params.path(to: "state")
    let state = try atHand.bringing(brought).state(references, version, at: path)
    let found = try finishing { () throws(RPCError) in try selection.events(in: state, at: path) }
    return JSONFragment { writer in
        writer.object { writer in
            writer.key("auth_events")
            writer.eventIDs(found.compactMap { $0.event?.id })
            writer.key("keys")
            writer.stateKeys(found.map(\.key))
            writer.key("absent")
            writer.stateKeys(found.filter { $0.event == nil }.map(\.key))
        }
    }
}

extension EventsAtHand {
    /// The state of whichever room `references` are of.
    fileprivate func state(
        _ references: [EventID],
        _ version: RoomVersion,
        at path: JSONPointer
    ) throws(Unfinished) -> [AuthEvent] {
        guard let roomID = try roomID(ofFirstOf: references) else { return [] }
        return try state(references, of: (id: roomID, version: version), at: path)
    }
}

extension AuthEventSelection {
    /// What `state` has at each place of the selection.
    fileprivate func events(
        in state: [AuthEvent],
        at path: JSONPointer
    ) throws(RPCError) -> [(key: StateKey, event: AuthEvent?)] {
        try entries.map { (entry) throws(RPCError) in
            let events = state.filter { $0.stateKeyPair == entry.key }
            guard events.count <= 1 else {
                throw .invalidParams(path: path, expected: "a state with one event at \(entry.key), not two")
            }
            return (entry.key, events.first)
        }
    }

    /// The selection for the template in `params`.
    fileprivate init(_ params: Params, _ version: RoomVersion) throws(RPCError) {
        let template = try params.object("event")
        let path = params.path(to: "event")
        guard let type = template["type"]?.text, let content = template["content"]?.object,
            let sender = template["sender"]?.text.flatMap({ UserID($0) })
        else {
            throw .invalidParams(path: path.appending("sender"), expected: "a user id")
        }
        self.init(
            type: EventType(type),
            sender: sender.text,
            stateKey: template["state_key"]?.text,
            content: content,
            version: version
        )
    }
}

extension JSONWriter {
    fileprivate mutating func stateKeys(_ keys: [StateKey]) {
        array { writer in
            for key in keys {
                writer.array { writer in
                    writer.string(key.type.text)
                    writer.string(key.key)
                }
            }
        }
    }
}
