import CanonicalJSON
import EventAuthorization
import JSONRPC
import MatrixEvents

/// The state of a room as the server of an inviter or of an invited user has it.
struct InviteState {
    /// What the state makes of an invite.
    enum Finding {
        case decided(Decision)
        /// What the rules would have to see is not there.
        case unseen(UnseenState)
    }

    /// The full PDUs that were sent as part of the state.
    let pdus: [Event]
    /// The events whose ids were sent.
    let referenced: [AuthEvent]
    private let byPlace: [StateKey: AuthEvent]
    /// Whether what is not in the state is not in the room's either. What a server sends along with an invite is a part.
    let isWhole: Bool

    /// - Parameter atHand: what references are looked up in.
    init(
        _ params: Params,
        of room: (id: RoomID, version: RoomVersion),
        _ atHand: EventsAtHand
    ) throws(Unfinished) {
        let path = params.path(to: "state")
        var items: [StateItem] = []
        for value in params.optionalArray("state")?.map({ $0 }) ?? [] {
            items.append(try StateItem(value, of: room, at: path.appending(items.count)))
        }
        let references = items.compactMap { if case .reference(let id) = $0 { id } else { nil } }
        referenced = try atHand.events(references, in: room.id).map(\.event)
        var found = referenced[...]
        let events = items.map { $0.sentEvent ?? found.popFirst() }
        byPlace = try finishing { () throws(RPCError) in
            var byPlace: [StateKey: AuthEvent] = [:]
            for (index, event) in events.enumerated() {
                let path = path.appending(index)
                if let event { try byPlace.put(event, at: event.place(inStateOf: room, at: path), path) }
            }
            let versionPath = params.path(to: "room_version")
            try byPlace[StateKey(.create)]?.checkNamesVersion(room.version, at: versionPath)
            return byPlace
        }
        pdus = items.compactMap { if case .pdu(let event) = $0 { event } else { nil } }
        isWhole = references.count == items.count && byPlace[StateKey(.create)] != nil
    }

    /// Those of the events whose ids were sent that decide `invite`: of a whole state, only some.
    func deciding(_ invite: Event) -> [AuthEvent] {
        guard isWhole else { return referenced }
        let keys = Set(AuthEventSelection(for: invite).entries.map(\.key) + [StateKey(.create)])
        return referenced.filter { $0.stateKeyPair.map { keys.contains($0) } ?? false }
    }

    /// Decides `invite` by what the state shows. What it does not show denies nothing, unless it is the room's whole state.
    ///
    /// - Parameter create: the room's create event, where it is known from elsewhere.
    func finding(for invite: Event, create: AuthEvent?) -> Finding {
        var state = ProtocolState()
        for (key, slot) in AuthEventSelection(for: invite).entries {
            if let event = byPlace[key] { _ = state.place(event, in: slot) }
        }
        state.create = byPlace[StateKey(.create)] ?? create
        if isWhole { return .decided(Authorization.decide(invite, in: state)) }
        // An inviter whose membership is not shown is taken for joined, so that the rules get to what is shown.
        let showsInviter = state.member(invite.sender.text) != nil
        if !showsInviter {
            let (roomID, version) = (invite.roomID, invite.roomVersion)
            let join = AuthEvent(assuming: .join, of: invite.sender, in: roomID, roomVersion: version)
            _ = state.place(join, in: .senderMember)
        }
        let decision = Authorization.decide(invite, in: state)
        let unseen = decision.unseen(of: invite, in: state, showsInviter: showsInviter)
        return unseen.map { .unseen($0) } ?? .decided(decision)
    }
}

extension Decision {
    /// What the decision on `invite` would have had to read, and was not shown; `nil` where it rests on what was.
    fileprivate func unseen(of invite: Event, in state: ProtocolState, showsInviter: Bool) -> UnseenState? {
        let isCreateShown = state.create != nil
        switch rule {
        case .memberInvite3pUnknownToken:
            return .thirdPartyInvite(MemberContent(invite.content).thirdPartyToken ?? .empty)
        case .memberInvitePower, .statePowerLevelsMalformed:
            // Since v12 the create event names those whom no level keeps from anything.
            let readsCreate = AuthorizationRules(invite.roomVersion).creators == .senderAndAdditional
            return readsCreate && !isCreateShown ? .create : nil
        case .memberInvite3pSigned, .draftPolicySigned:
            return isCreateShown ? nil : .create
        default:
            guard verdict == .allow else { return nil }
            if !isCreateShown { return .create }
            return showsInviter ? nil : .membership(invite.sender)
        }
    }
}
