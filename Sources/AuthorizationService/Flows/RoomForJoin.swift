import AuthGraph
import CanonicalJSON
import JSONRPC
import MatrixEvents

/// What a resident server gives to one whose user joins (server-server API, "send_join"): PDUs, byte for byte.
struct RoomForJoin {
    let state: [ArraySlice<UInt8>]
    /// Everything that the state and the join are authorized by, ancestors first.
    let authChain: [ArraySlice<UInt8>]

    var byteCount: Int { (state + authChain).reduce(0) { $0 + $1.count + 1 } }
}

extension AuthorizationService {
    /// The room as the server of a user who joins needs it.
    ///
    /// - Parameters:
    ///   - state: the room's state before `join`, all of it at hand.
    ///   - atHand: events that the request brought along come before what is stored under their ids.
    /// - Throws: `too_large` where it is more than a reply may have.
    func roomBehind(
        _ join: Event,
        _ state: [EventID],
        _ atHand: EventsAtHand
    ) async throws(RPCError) -> RoomForJoin {
        let chain = try await authChain(behind: join, state, atHand)
        var budget = Dispatcher.Limits().replyByteCount
        return RoomForJoin(
            state: try await pdus(state, in: join.roomID, atHand, &budget),
            authChain: try await pdus(chain, in: join.roomID, atHand, &budget)
        )
    }

    /// What `state` and `join` are authorized by. What is stored cites nothing but what is stored too; what was brought
    /// along cites either.
    private func authChain(
        behind join: Event,
        _ state: [EventID],
        _ atHand: EventsAtHand
    ) async throws(RPCError) -> [EventID] {
        let heads = state + join.citedOrImplied
        let (brought, ends) = atHand.eventsBehind(heads, in: join.roomID)
        let order = CitationOrder(brought)
        try order.checkIsComplete()
        var stored: [EventID] = []
        if !ends.isEmpty {
            let chain = try await graphCall { () async throws(AuthGraphError) in
                try await graph.chain(of: ends, in: join.roomID)
            }
            guard chain.missing.isEmpty else { throw .eventsMissing(ids: chain.missing.map(\.text.string)) }
            stored = chain.ids
        }
        let inChain = Set(stored)
        let cited = Set(join.citedOrImplied + brought.flatMap(\.citedOrImplied))
        let latest = ends + order.events.map(\.id)
        return stored + latest.filter { cited.contains($0) && !inChain.contains($0) }
    }

    /// The PDUs with `ids`, in that order.
    ///
    /// - Parameter budget: how many bytes they may have; what they have is taken off.
    private func pdus(
        _ ids: [EventID],
        in roomID: RoomID,
        _ atHand: EventsAtHand,
        _ budget: inout Int
    ) async throws(RPCError) -> [ArraySlice<UInt8>] {
        var pdus: [ArraySlice<UInt8>] = []
        pdus.reserveCapacity(ids.count)
        for start in stride(from: 0, to: ids.count, by: Self.sliceSize) {
            let slice = ids[start..<min(start + Self.sliceSize, ids.count)]
            let stored = slice.filter { atHand.brought($0, in: roomID) == nil }
            let rows =
                stored.isEmpty
                ? [:]
                : try await graphCall { [budget] () async throws(AuthGraphError) in
                    try await graph.rows(stored, in: roomID, byteLimit: budget)
                }
            for id in slice {
                guard let pdu = atHand.brought(id, in: roomID)?.json.value.source ?? rows[id]?.pdu[...] else {
                    throw .eventsMissing(ids: [id.text.string])
                }
                pdus.append(pdu)
                budget -= pdu.count
                guard budget > 0 else {
                    throw .tooLarge(what: "the reply", limit: Dispatcher.Limits().replyByteCount, unit: .bytes)
                }
            }
        }
        return pdus
    }

    /// Events that are read in one query.
    private static let sliceSize = 5_000
}
