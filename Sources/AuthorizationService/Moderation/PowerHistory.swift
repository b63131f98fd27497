import AuthGraph
import CanonicalJSON
import EventAuthorization
import JSONRPC
import MatrixEvents

/// Where a user's power in a room comes from: who granted it by which event, by what power of their own, and so on back to the
/// creation of the room.
struct PowerHistory {
    /// An event by which a user came to a level.
    struct Grant {
        let user: UserID
        /// `nil` where the power levels of that time cannot be read.
        let level: PowerLevel?
        /// What the user had before; `nil` for the creation, and where that cannot be read.
        let before: PowerLevel?
        let event: AuthEvent
    }

    let level: PowerLevel?
    /// The latest first; the last one is the create event.
    let grants: [Grant]
}

extension AuthorizationService {
    /// Follows the power of `user` back along the power levels that each power levels event cites.
    ///
    /// - Throws: `too_large` beyond the limit of one request, `events_missing` where the chain ends too early.
    func powerHistory(
        of user: UserID,
        in state: RoomState,
        _ atHand: EventsAtHand
    ) async throws(RPCError) -> PowerHistory {
        guard let create = state.create else { preconditionFailure("A room's state has its create event") }
        var grants: [PowerHistory.Grant] = []
        var user = user
        var newer = try await whole(state.powerLevels.map { [$0.id] } ?? [], in: state.roomID, atHand).first
        var latest: PowerLevel??
        var visited: Set<EventID> = []
        while let event = newer {
            guard visited.count < Self.visitLimit else {
                throw .tooLarge(what: "the chain of power levels", limit: Self.visitLimit, unit: .events)
            }
            guard visited.insert(event.id).inserted else {
                throw .graphCorrupt(eventIDs: [event.id.text.string], explanation: "power levels cite each other")
            }
            let older = try await powerLevels(behind: event, atHand)
            let level = Self.level(of: user, create, event, asSeenBy: event)
            let before = Self.level(of: user, create, older, asSeenBy: event)
            if latest == nil { latest = .some(level) }
            if level != before {
                grants.append(PowerHistory.Grant(user: user, level: level, before: before, event: AuthEvent(event)))
                user = event.sender
            }
            newer = older
        }
        let original = Self.originalLevel(of: user, in: state)
        grants.append(PowerHistory.Grant(user: user, level: original, before: nil, event: create))
        return PowerHistory(level: latest ?? original, grants: grants)
    }

    /// Power levels events that one request follows.
    private static let visitLimit = 1_000

    /// The power levels that were in force before `event`, as it cites them; `nil` where it is the first.
    private func powerLevels(behind event: Event, _ atHand: EventsAtHand) async throws(RPCError) -> Event? {
        try await whole(event.authEvents, in: event.roomID, atHand)
            .first { $0.stateKeyPair == StateKey(.powerLevels) }
    }

    private func whole(
        _ ids: [EventID],
        in roomID: RoomID,
        _ atHand: EventsAtHand
    ) async throws(RPCError) -> [Event] {
        let events = try await loading(atHand) { atHand throws(Unfinished) in try atHand.whole(ids, in: roomID) }
        let found = Set(events.map(\.id))
        let missing = ids.filter { !found.contains($0) }
        guard missing.isEmpty else { throw .eventsMissing(ids: missing.map(\.text.string)) }
        return events
    }

    private static func level(
        of user: UserID,
        _ create: AuthEvent,
        _ powerLevels: Event?,
        asSeenBy event: Event
    ) -> PowerLevel? {
        var state = ProtocolState()
        state.create = create
        state.powerLevels = powerLevels.map { AuthEvent($0) }
        return Authorization.powerLevel(of: user, in: state, for: event)
    }

    /// The power that the creation of the room alone gives `user`.
    private static func originalLevel(of user: UserID, in state: RoomState) -> PowerLevel? {
        let message = ActionEvent(
            type: .other(UTF8Text("m.room.message")),
            sender: user,
            stateKey: nil,
            content: .empty
        )
        var creation = ProtocolState()
        creation.create = state.create
        return message.event(in: state).flatMap { Authorization.powerLevel(of: user, in: creation, for: $0) }
    }
}
