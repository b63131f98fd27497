import AuthGraph
import CanonicalJSON
import EventAuthorization
import JSONRPC
import MatrixEvents

/// Whether a room's state lets a user join or knock, and what the event is to cite.
struct TemplateDecision {
    enum Answer {
        case offered(MembershipTemplate, citing: [MembershipTemplate.Citation])
        case denied
    }

    /// What to answer, and the decision that it comes from.
    typealias Outcome = (answer: Answer, result: CheckResult)

    private let request: TemplateRequest
    private let template: MembershipTemplate
    private let atHand: EventsAtHand
    private let state: [StateKey: AuthEvent]
    private let params: Params

    init(
        _ request: TemplateRequest,
        _ params: Params,
        named: RoomVersion?,
        _ atHand: EventsAtHand
    ) throws(Unfinished) {
        let references = params.references("state") ?? []
        let version = try atHand.roomVersion(of: request.roomID, params, named: named, references)
        try finishing { () throws(RPCError) in try params.requireKnown(version) }
        let brought = try finishing { () throws(RPCError) in try params.events("events", version) }
        self.request = request
        self.params = params
        self.atHand = atHand.bringing(brought)
        state = try self.atHand.stateByPlace(references, of: (request.roomID, version), at: params.path(to: "state"))
        template = MembershipTemplate(
            roomID: request.roomID,
            roomVersion: version,
            user: request.user,
            membership: request.membership
        )
    }

    func outcome() throws(Unfinished) -> Outcome {
        let outcome = try outcome(of: template)
        // Where the room's state lets the user in without anybody's word, nobody gives it.
        guard case .decision(let decision) = outcome.result.finding,
            decision.rule == .memberJoinRestrictedUnauthorised, let authoriser = request.authoriser
        else { return outcome }
        var authorised = template
        authorised.authoriser = authoriser
        return try self.outcome(of: authorised)
    }

    private func outcome(of template: MembershipTemplate) throws(Unfinished) -> Outcome {
        let event = try finishing { () throws(RPCError) in try template.event(at: params.path(to: "room_id")) }
        let path = params.path(to: "state")
        let cited = AuthEventSelection(for: event).entries.compactMap { state[$0.key]?.id }
        guard state[StateKey(.create)] != nil || event.roomVersion.format.roomIDIsCreateHash else {
            throw .failed(.invalidParams(path: path, expected: "the room's state, its create event included"))
        }
        let versionPath = params.path(to: "room_version")
        let claims = try Claims(event, references: cited, atHand: atHand, versionPath: versionPath)
        let decision = Authorization.decide(event, in: try claims.protocolState(cited, atHand: atHand, at: path))
        guard decision.verdict == .allow else { return (.denied, result(.state, decision, claims, cited)) }
        // A state that has a rejected event in it is none that other servers will let the event cite.
        let decisionByCitations = claims.decide()
        let result = result(.authEvents, decisionByCitations, claims, cited)
        guard result.verdict == .allow else { return (.denied, result) }
        return (.offered(template, citing: try citations(of: cited)), result)
    }

    private func result(_ gate: Gate, _ decision: Decision, _ claims: Claims, _ cited: [EventID]) -> CheckResult {
        // Of the state the call needs no more than what the event would cite.
        var basis = atHand.basis(.same("join.template", params, replaced: ["state": cited]))
        basis?.need(claims.found, among: atHand)
        return CheckResult(
            roomVersion: template.roomVersion,
            eventID: nil,
            sender: template.user,
            gate: gate,
            finding: .decision(decision),
            isRedacted: false,
            trace: nil,
            basis: basis
        )
    }

    private func citations(of ids: [EventID]) throws(Unfinished) -> [MembershipTemplate.Citation] {
        guard template.roomVersion.format.carriesID else { return ids.map { .id($0) } }
        return try atHand.whole(ids, in: request.roomID).map { .pair($0.id, $0.referenceHash) }
    }
}

extension EventsAtHand {
    fileprivate func roomVersion(
        of roomID: RoomID,
        _ params: Params,
        named: RoomVersion?,
        _ references: [EventID]
    ) throws(Unfinished) -> RoomVersion {
        let events = params.optionalArray("events")?.compactMap(\.object) ?? []
        let version = try knownRoomVersion(named: named, of: roomID.text, events: events, references: references)
        if let version { return version }
        guard references.isEmpty || !events.isEmpty else {
            throw .failed(.eventsMissing(ids: references.map(\.text.string)))
        }
        throw .failed(.invalidParams(path: params.path(to: "room_version"), expected: "the room's version"))
    }
}

extension Params {
    /// - Throws: `invalid_params` where `version` is none of `room_versions`.
    fileprivate func requireKnown(_ version: RoomVersion) throws(RPCError) {
        let isKnown = optionalArray("room_versions")?.contains { $0.text == UTF8Text(version.rawValue) } ?? false
        guard isKnown else {
            throw .invalidParams(
                path: path(to: "room_versions"),
                expected: "\"\(version)\" among them, the room's version"
            )
        }
    }
}
