import AuthGraph
import CanonicalJSON
import JSONRPC
import MatrixEvents

/// A decision that a caller was told, with all that makes it again.
package struct DecisionRecord: Sendable {
    let result: CheckResult
    let basis: DecisionBasis
    let params: Params
    /// When the decision was made.
    let time: Timestamp

    /// The event whose signatures were checked; `nil` where none were.
    var verifiedEvent: Event? {
        switch basis.call {
        case .check(let event, _, _, let checks):
            guard checks.contains(.signatures) else { return nil }
            return try? Event(event, roomVersion: result.roomVersion)
        case .same(_, let params, _):
            let event = params.given.first { $0.name.description == "event" }
            return event.flatMap { try? Event($0.value, roomVersion: result.roomVersion) }
        }
    }

    /// The record's line where nothing is left to look things up in.
    package var incompleteLine: [UInt8] { line([], [], isComplete: false).bytes }

    /// The record's line.
    ///
    /// - Parameters:
    ///   - stored: what is needed of the store.
    ///   - keys: the keys that the event's signatures were checked with.
    func line(_ stored: [(event: Event, isRejected: Bool)], _ keys: [ServerKey], isComplete: Bool) -> JSONFragment {
        JSONFragment(reservingCapacity: 4096) { writer in
            writer.object { writer in
                writer.key("ts")
                writer.integer(time.milliseconds)
                writer.key("request")
                writer.string(params.origin.requestID)
                writer.key("caller")
                writer.string(params.session.caller.name)
                writer.key("result")
                result.untraced.write(to: &writer)
                writer.call(basis, result.roomVersion)
                writer.key("stored")
                writer.array { writer in
                    for (event, isRejected) in stored { writer.stored(event, isRejected: isRejected) }
                }
                writer.key("keys")
                writer.array { writer in
                    for key in keys { writer.serverKey(key) }
                }
                if !isComplete {
                    writer.key("incomplete")
                    writer.bool(true)
                }
            }
        }
    }
}

extension JSONWriter {
    /// The members `method` and `params`.
    fileprivate mutating func call(_ basis: DecisionBasis, _ version: RoomVersion) {
        key("method")
        switch basis.call {
        case .check(let event, let references, let states, let checks):
            string("auth.check")
            key("params")
            object { writer in
                writer.check(event, references, states, checks, version)
                writer.brought(basis)
            }
        case .same(let method, let params, let replaced):
            string(method.description)
            key("params")
            object { $0.same(params, replaced, version) }
        }
    }

    private mutating func check(
        _ event: JSONValue,
        _ references: [EventID]?,
        _ states: [Gate: [EventID]],
        _ checks: EventChecks,
        _ version: RoomVersion
    ) {
        key("event")
        raw(event.source)
        key("room_version")
        string(version.rawValue)
        if let references {
            key("auth_events")
            eventIDs(references)
        }
        for (gate, name) in [(Gate.state, "state" as StaticString), (.currentState, "current_state")] {
            guard let ids = states[gate] else { continue }
            key(name)
            eventIDs(ids)
        }
        key("checks")
        array { writer in
            for check in checks.names { writer.string(check.description) }
        }
    }

    /// The events that the call brings along, and which of them count as rejected.
    private mutating func brought(_ basis: DecisionBasis) {
        key("events")
        array { writer in
            for needed in basis.needed {
                if let event = needed.brought { writer.raw(event.json.value.source) }
            }
        }
        key("rejected")
        eventIDs(basis.needed.filter { $0.isRejected && $0.brought != nil }.map(\.id))
    }

    private mutating func same(_ params: Params, _ replaced: [String: [EventID]], _ version: RoomVersion) {
        for (name, value) in params.given {
            // The time is the caller's own, and the version follows.
            if ["timeout_ms", "room_version"].contains(name.description) { continue }
            key(name)
            if let ids = replaced[name.description] { eventIDs(ids) } else { raw(value.source) }
        }
        key("room_version")
        string(version.rawValue)
    }

    /// An event as `eventauth import` reads it.
    fileprivate mutating func stored(_ event: Event, isRejected: Bool) {
        object { writer in
            writer.key("room_version")
            writer.string(event.roomVersion.rawValue)
            writer.key("event_id")
            writer.eventID(event.id)
            writer.key("event")
            writer.raw(event.json.value.source)
            writer.key("rejected")
            writer.bool(isRejected)
        }
    }
}
