import AuthGraph
import CanonicalJSON
import EventAuthorization
import JSONRPC
import MatrixEvents

extension AuthorizationService {
    /// `room.replay`: every stored event of a room decided anew.
    var replayRoom: Method {
        Method(
            "room.replay",
            role: .moderate,
            timeLimit: .seconds(120),
            summary:
                "Decides every stored event of a room anew, page by page, and tells what differs from what is stored.",
            parameters: [
                .required("room_id", .string, "The room."),
                .optional("from", .reference, "An event: those before it in the order are decided, and not told of."),
                .optional("limit", .integer(in: 1...100_000), "How many events a page has; by default 10,000."),
                .optional("cursor", .string, "Where the page before ended, as its reply said."),
                .timeout,
            ],
            result: .object(replayMembers),
            errors: [.eventsMissing, .storeUnavailable, .deadlineExceeded, .graphCorrupt]
        ) { params throws(RPCError) in
            .waiting(atMost: params.timeout) { () async throws(RPCError) in try await replayPage(params) }
        }
    }

    private func replayPage(_ params: Params) async throws(RPCError) -> JSONFragment {
        let text = params.optionalString("room_id") ?? .empty
        guard let roomID = RoomID(text) else {
            throw .invalidParams(path: params.path(to: "room_id"), expected: "a room's id")
        }
        var replay = try await replay(of: roomID, params)
        let first = try params.firstPosition(in: replay)
        let limit = Int(params.optionalInteger("limit") ?? 10_000)
        var page = ReplayPage(first: first)
        var meter = ProgressMeter("replaying the room", in: roomID, report: reportProgress)
        while page.count < limit {
            let position = replay.progress.done
            guard let events = try await nextPage(of: &replay, limit: limit - page.count) else { break }
            page.add(events, from: position)
            meter.show(replay.progress)
            if Task.isCancelled { throw .deadlineExceeded }
        }
        let isAtEnd = replay.progress.done == replay.progress.total
        let conclusion = isAtEnd ? try await conclusion(of: replay) : nil
        if !isAtEnd { graph.keep(replay) }
        return JSONFragment { [replay] in page.write(to: &$0, replay, conclusion) }
    }

    private func nextPage(
        of replay: inout RoomReplay,
        limit: Int
    ) async throws(RPCError) -> [ReplayedEvent]? {
        do throws(AuthGraphError) {
            return try await replay.nextPage(limit: limit)
        } catch {
            throw rpcError(error)
        }
    }

    private func replay(of roomID: RoomID, _ params: Params) async throws(RPCError) -> RoomReplay {
        let cursor = try params.replayCursor()
        let replay: RoomReplay? = try await graphCall { () async throws(AuthGraphError) in
            guard let cursor else { return try await graph.replay(of: roomID) }
            return try await graph.replay(of: roomID, fingerprint: cursor.fingerprint, position: cursor.position)
        }
        guard let replay else {
            let expected = "a cursor of this room as it is now; begin again without one"
            throw .invalidParams(path: params.path(to: "cursor"), expected: expected)
        }
        guard !replay.isEmpty else {
            throw .invalidParams(path: params.path(to: "room_id"), expected: "a room of which events are stored")
        }
        return replay
    }

    private func conclusion(of replay: RoomReplay) async throws(RPCError) -> RoomConclusion {
        try await graphCall { () async throws(AuthGraphError) in try await replay.conclusion() }
    }
}

extension Params {
    fileprivate func replayCursor() throws(RPCError) -> ChainCursor? {
        guard let text = optionalString("cursor") else { return nil }
        guard let cursor = ChainCursor(text) else {
            throw .invalidParams(path: path(to: "cursor"), expected: "a cursor that room.replay gave")
        }
        return cursor
    }

    /// Where in the order what the reply tells of begins.
    fileprivate func firstPosition(in replay: RoomReplay) throws(RPCError) -> Int {
        guard let id = optionalString("from").map({ EventID($0) }) else { return 0 }
        guard let position = replay.position(of: id) else { throw .eventsMissing(ids: [id.text.string]) }
        return position
    }
}
