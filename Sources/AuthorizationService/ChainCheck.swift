import AuthGraph
import EventAuthorization
import JSONRPC
import MatrixEvents

/// Decides what an event is authorized by from content alone, down to the create event, in place of the store's word for
/// it (`chain` among a request's `checks`).
struct ChainCheck {
    let atHand: EventsAtHand
    let versionPath: JSONPointer

    /// The events at hand, those that their own chains deny counting as rejected.
    ///
    /// - Parameters:
    ///   - references: what is to be decided by.
    ///   - event: what decides by them, which names the room.
    /// - Throws: what has to be verified or loaded first.
    func verified(_ references: [EventID], for event: Event) throws(Unfinished) -> EventsAtHand {
        let (brought, stored) = atHand.eventsBehind(references, in: event.roomID)
        // Whatever is missing is told before anything is verified.
        _ = try atHand.events(stored, in: event.roomID)
        let verdicts = try atHand.chainVerdicts(of: stored, in: event.roomID)
        var known = atHand.rejecting(Set(stored.filter { verdicts[$0] == .deny }))
        let order = CitationOrder(brought)
        try finishing { () throws(RPCError) in try order.checkIsComplete() }
        for ancestor in order.events {
            let isSigned = try isSigned(ancestor)
            let covered = try ancestor.asCovered()
            let decision = try Claims(covered, atHand: known, versionPath: versionPath).decide()
            let isDenied = decision.verdict == .deny || !isSigned
            known.bring(covered, isRejected: isDenied || known.isRejected(ancestor.id))
        }
        return known
    }

    /// Whether nothing is wrong with the signatures of `ancestor`, where the request asks for them.
    private func isSigned(_ ancestor: Event) throws(Unfinished) -> Bool {
        switch atHand.signatureFinding(of: ancestor) {
        case .violation: return false
        case .keysMissing(let ids): throw .failed(.keysMissing(ids))
        case .verified, nil: return true
        }
    }
}

extension EventsAtHand {
    /// The events behind `references` that the request brought along, and the stored ones at which they end.
    func eventsBehind(_ references: [EventID], in roomID: RoomID) -> (brought: [Event], stored: [EventID]) {
        var seen = Set(references)
        var queue = Array(seen)
        var events: [Event] = []
        var stored: [EventID] = []
        while let id = queue.popLast() {
            guard let event = brought(id, in: roomID) else {
                stored.append(id)
                continue
            }
            events.append(event)
            queue += event.citedOrImplied.filter { seen.insert($0).inserted }
        }
        return (events, stored)
    }
}

extension Event {
    /// The event as far as its content hash covers it: redacted, where its content is another one.
    func asCovered() throws(Unfinished) -> Event {
        do throws(EventReadingError) {
            return try covered()
        } catch {
            let path = JSONPointer().appending("event")
            throw .failed(.invalidParams(path: path, expected: "an event that can be redacted"))
        }
    }
}
