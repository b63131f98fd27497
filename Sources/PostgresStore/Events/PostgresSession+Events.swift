import AuthGraph
import CanonicalJSON
import EventAuthorization
import MatrixEvents

extension PostgresSession {
    /// Every stored event with one of `ids`, and the outcomes alone of those with one of `known`, in no order.
    func rows(withIDs ids: [EventID], outcomesOf known: [EventID]) throws(PostgresError) -> LoadedRows {
        var parameters = Parameters()
        parameters.append(ids, in: layout)
        parameters.append(known, in: layout)
        if layout.isReadOnly { parameters.append(versionsOfHomeservers) }
        var rows = LoadedRows()
        _ = try query(statements.events, parameters) { (result, row) throws(PostgresError) in
            if result.isOutcomeAlone(row: row) {
                rows.outcomes.append(try result.outcome(row: row))
            } else {
                rows.events.append(try StoredEvent(reading: result, row: row))
            }
        }
        return rows
    }

    /// Inserts all of `events` or none; returns, for each, whether its room did not have it before.
    func insert(_ events: [NewEvent]) throws(PostgresError) -> [Bool] {
        // One order for everyone: of two callers that insert the same events, neither waits for one that waits for it.
        let ordered = events.sorted { $0.event.key < $1.event.key }
        let createEvents = Set(events.map(\.event).filter(\.isCreate).map(\.key))
        var newKeys = Set<EventKey>()
        try transaction { () throws(PostgresError) in
            for start in stride(from: 0, to: ordered.count, by: eventsPerStatement) {
                let batch = ordered[start..<min(start + eventsPerStatement, ordered.count)]
                newKeys.formUnion(try insertBatch(batch, createEvents))
            }
        }
        // An event that stands twice in `events` was new once.
        return events.map { newKeys.remove($0.event.key) != nil }
    }

    private func insertBatch(
        _ events: ArraySlice<NewEvent>,
        _ createEvents: Set<EventKey>
    ) throws(PostgresError) -> [EventKey] {
        let parameters = Parameters(columnsOf: events, createEvents: createEvents)
        return try query(.insertEvents, parameters) { (result, row) throws(PostgresError) in
            EventKey(
                eventID: UTF8Text(utf8: try result.requiredBytes(row: row, column: 0)),
                roomID: UTF8Text(utf8: try result.requiredBytes(row: row, column: 1))
            )
        }
    }
}

/// From some hundreds of events on a statement gets no cheaper by the event, while its memory grows.
private let eventsPerStatement = 500

/// What makes a row one: in room versions 1 and 2 several rooms may hold the same event id.
private struct EventKey: Hashable {
    let eventID: UTF8Text
    let roomID: UTF8Text

    static func < (left: EventKey, right: EventKey) -> Bool {
        left.eventID == right.eventID ? left.roomID < right.roomID : left.eventID < right.eventID
    }
}

extension Event {
    fileprivate var key: EventKey {
        EventKey(eventID: id.text, roomID: roomID.text)
    }

    /// The event that created this one's room, where the room's id says which that is, or where it is this one or the one
    /// of `createEvents` that this one cites.
    fileprivate func createEventID(among createEvents: Set<EventKey>) -> EventID? {
        if isCreate { return id }
        if roomVersion.format.roomIDIsCreateHash { return roomID.createEventID }
        return authEvents.first { createEvents.contains(EventKey(eventID: $0.text, roomID: roomID.text)) }
    }
}

extension Parameters {
    /// An array a column, as `insertEvents` takes them.
    ///
    /// The auth events of all events go in one array, with the places in it where those of each begin and end, since
    /// PostgreSQL has no arrays of arrays of different lengths.
    fileprivate init(columnsOf events: ArraySlice<NewEvent>, createEvents: Set<EventKey>) {
        var firstEdges: [Int32] = []
        var lastEdges: [Int32] = []
        for new in events {
            let first = (lastEdges.last ?? 0) + 1
            firstEdges.append(first)
            lastEdges.append(first + Int32(new.event.authEvents.count) - 1)
        }
        self.init()
        append(events.map(\.event.id.text.bytes))
        append(events.map(\.event.roomID.text.bytes))
        append(events.map(\.event.roomVersion.rawValue))
        append(events.map(\.event.type.text.bytes))
        append(events.map(\.event.stateKey?.bytes))
        append(events.map(\.event.sender.text.bytes))
        append(events.map { $0.event.createEventID(among: createEvents)?.text.bytes })
        append(events.map(\.outcome.verdict.rawValue))
        append(events.map(\.outcome.rule))
        append(events.map(\.outcome.isRejected))
        append(events.map(\.outcome.chainVerdict?.verdict.rawValue))
        append(events.map(\.outcome.chainVerdict?.rule))
        append(events.map(\.pdu))
        append(firstEdges)
        append(lastEdges)
        append(events.flatMap { $0.event.authEvents.map(\.text.bytes) })
    }
}
