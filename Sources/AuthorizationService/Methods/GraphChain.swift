import AuthGraph
import CanonicalJSON
import EventAuthorization
import JSONRPC
import MatrixEvents

extension AuthorizationService {
    /// `graph.chain`: everything that events are authorized by.
    var chain: Method {
        Method(
            "graph.chain",
            role: .check,
            timeLimit: .seconds(120),
            summary: "Gives the full graph of protocol events behind events of a room, ancestors first, page by page.",
            parameters: [
                .required("event_ids", .array(of: .reference), "Stored events of one room."),
                .optional("include", .oneOf(["ids", "events"]), "What to give: ids, as by default, or PDUs."),
                .optional("limit", .integer(in: 1...10_000), "How many events a page has at most; by default 1,000."),
                .optional("cursor", .string, "Where the page before ended, as its reply said."),
                .timeout,
            ],
            result: .object([
                .required("events", .array(of: .either([.reference, .event])), "Ids or PDUs, ancestors first."),
                .required("missing", .array(of: .reference), "Cited events that are not stored, with all behind them."),
                .required("cursor", .nullable(.string), "Where the next page begins; null at the end."),
            ]),
            errors: [.eventsMissing, .storeUnavailable, .deadlineExceeded, .graphCorrupt]
        ) { params throws(RPCError) in
            .waiting(atMost: params.timeout) { () async throws(RPCError) in try await chainPage(params) }
        }
    }

    private func chainPage(_ params: Params) async throws(RPCError) -> JSONFragment {
        let heads = params.references("event_ids") ?? []
        let chain = try await chain(of: heads, at: params.path(to: "event_ids"))
        let ids = chain.ids
        let start = try params.cursor(in: chain)?.position ?? 0
        var page = ids.dropFirst(start).prefix(Int(params.optionalInteger("limit") ?? 1_000))
        var rows: [EventID: StoredEvent]?
        if params.optionalString("include").map({ $0 == "events" }) ?? false {
            let found = try await graphCall { () async throws(AuthGraphError) in
                try await graph.rows(Array(page), in: chain.roomID, byteLimit: Self.pageByteLimit)
            }
            rows = found
            // What has no room on this page begins the next one.
            let first = page.prefix(1)
            page = page.prefix { found[$0] != nil }
            guard !page.isEmpty || first.isEmpty else { throw .eventsMissing(ids: first.map(\.text.string)) }
        }
        let cursor = page.endIndex < ids.endIndex ? ChainCursor(chain, position: page.endIndex) : nil
        return JSONFragment { $0.chainPage(page, rows, missing: chain.missing, cursor) }
    }

    /// The auth chain of stored events of one room.
    ///
    /// - Parameter path: where the request names them.
    func chain(of heads: [EventID], at path: JSONPointer) async throws(RPCError) -> AuthChain {
        guard !heads.isEmpty else { throw .invalidParams(path: path, expected: "the id of an event at least") }
        let roomID = try await loading(eventsAtHand()) { atHand throws(Unfinished) in
            try atHand.room(of: heads, at: path)
        }
        return try await graphCall { () async throws(AuthGraphError) in try await graph.chain(of: heads, in: roomID) }
    }

    /// Bytes of PDUs that one page may have, so that a page of large events keeps within the limit of a reply.
    private static let pageByteLimit = 16 << 20
}

extension EventsAtHand {
    /// The one room of which all of `ids` are stored events.
    fileprivate func room(of ids: [EventID], at path: JSONPointer) throws(Unfinished) -> RoomID {
        guard let roomID = try roomID(ofFirstOf: ids) else { throw .failed(.eventsMissing(ids: [])) }
        for event in try events(ids, in: roomID).map(\.event) where event.roomID != roomID {
            let expected = "events of one room: \(event.id) is one of \(event.roomID), and others are of \(roomID)"
            throw .failed(.invalidParams(path: path, expected: expected))
        }
        return roomID
    }
}

extension JSONWriter {
    fileprivate mutating func chainPage(
        _ ids: ArraySlice<EventID>,
        _ rows: [EventID: StoredEvent]?,
        missing: [EventID],
        _ cursor: ChainCursor?
    ) {
        object { writer in
            writer.key("events")
            writer.array { writer in
                for id in ids {
                    if let rows { rows[id].map { writer.raw($0.pdu) } } else { writer.eventID(id) }
                }
            }
            writer.key("missing")
            writer.eventIDs(missing)
            writer.key("cursor")
            if let cursor { writer.string(cursor.text) } else { writer.null() }
        }
    }
}
