package import EventAuthorization
package import MatrixEvents
import Synchronization

extension AuthGraph {
    /// What is known of what whole chains say of `heads`, events of the room: from memory, or from the store in one query.
    /// Absent are those that were never verified, and those that are not stored.
    package func knownChainVerdicts(
        of heads: [EventID],
        in roomID: RoomID
    ) async throws(AuthGraphError) -> [EventID: Decision.Verdict] {
        var known: [EventID: Decision.Verdict] = [:]
        for (id, verdict) in zip(heads, chainVerdicts(of: heads, in: roomID)) { known[id] = verdict }
        let unknown = heads.filter { known[$0] == nil }
        let loaded = try await load(EventNeeds(cited: unknown, in: roomID))
        for id in unknown {
            let event = loaded[id]?.first { $0.event.roomID == roomID }
            known[id] = event?.outcome.chainVerdict?.verdict
        }
        return known
    }

    /// Begins to decide everything that `heads`, events of the room, are authorized by, and themselves.
    ///
    /// - Parameter isAnew: whether to decide also what was decided before.
    /// - Throws: `missing` where an event of the chain is not stored; what ``chain(of:in:)`` throws.
    package func verification(
        of heads: [EventID],
        in roomID: RoomID,
        anew isAnew: Bool = false
    ) async throws(AuthGraphError) -> ChainVerification {
        let chain = try await chain(of: heads, in: roomID)
        guard chain.missing.isEmpty else { throw .missing(chain.missing) }
        return ChainVerification(chain, in: self, isAnew: isAnew)
    }

    /// Keeps in the store what a verification found.
    package func save(
        _ verdicts: [(id: EventID, verdict: ChainVerdict)],
        in roomID: RoomID
    ) async throws(AuthGraphError) {
        guard limits.savesChainVerdicts, !verdicts.isEmpty else { return }
        do throws(EventStoreError) {
            try await store.saveChainVerdicts(verdicts, in: roomID)
        } catch {
            throw .store(error)
        }
    }

    /// What memory knows whole chains to say of the events.
    package func chainVerdicts(of ids: [EventID], in roomID: RoomID) -> [Decision.Verdict?] {
        var verdicts: [Decision.Verdict?] = []
        verdicts.reserveCapacity(ids.count)
        for start in stride(from: 0, to: ids.count, by: sliceSize) {
            let slice = ids[start..<min(start + sliceSize, ids.count)]
            verdicts += rooms.withLock { rooms in
                slice.map { rooms.chainVerdict(of: $0, in: roomID) }
            }
        }
        return verdicts
    }

    func remember(_ verdicts: [(id: EventID, verdict: ChainVerdict)], in roomID: RoomID) {
        for start in stride(from: 0, to: verdicts.count, by: sliceSize) {
            let slice = verdicts[start..<min(start + sliceSize, verdicts.count)]
            rooms.withLock { rooms in
                for (id, verdict) in slice { rooms.remember(verdict.verdict, of: id, in: roomID) }
            }
        }
    }
}

/// How many events are looked up under one lock, so that nobody waits long for it.
private let sliceSize = 256
