import AuthGraph
import CanonicalJSON
import EventAuthorization
import JSONRPC
import MatrixEvents

/// An invite on its way through the checks of either server that has a hand in it.
struct InviteRun {
    private let subject: CheckSubject
    private let params: Params
    private let inviteeServer: ServerName
    /// Whether the invited user's server has signed, or is about to.
    private let isSigned: Bool

    init(_ params: Params, named: RoomVersion?, _ atHand: EventsAtHand) throws(Unfinished) {
        let object = try finishing { () throws(RPCError) in try params.object("event") }
        let version = try atHand.roomVersion(of: object, params, named: named)
        subject = try CheckSubject(object.value, CheckRequest(flow: params), params, version, atHand)
        self.params = params
        (inviteeServer, isSigned) = try finishing { () throws(RPCError) in
            (try params.inviteeServer(), try params.string("stage") == "signed")
        }
        let event = subject.event
        try finishing { [inviteeServer] () throws(RPCError) in
            try event?.checkIsInvite(ofUserOf: inviteeServer, at: params.path(to: "event"))
        }
    }

    private init(_ subject: CheckSubject, _ other: InviteRun) {
        self.subject = subject
        params = other.params
        inviteeServer = other.inviteeServer
        isSigned = other.isSigned
    }

    var atHand: EventsAtHand { subject.run.atHand }

    /// The same with more events at hand.
    func with(_ atHand: EventsAtHand) -> InviteRun { InviteRun(subject.with(atHand), self) }

    var eventToVerify: Event? { subject.eventToVerify }

    /// Servers that must have signed beside those of every event.
    var furtherSigners: [ServerName] { isSigned ? [inviteeServer] : [] }

    /// In the draft of 2014 the invited user's server is among those of every invite, but signs only when it gets it.
    func lateSigners(of invite: Event) -> [ServerName] {
        guard !isSigned, invite.roomVersion.format.invitedServerSigns, invite.sender.serverName != inviteeServer else {
            return []
        }
        return [inviteeServer]
    }

    /// - Parameters:
    ///   - signatures: what came of the signatures of ``eventToVerify``, where there is one.
    ///   - inviter: what came of them with that of the inviter's server, from which a third-party invite is exempt.
    func result(
        signatures: SignatureFinding?,
        withInviters inviter: SignatureFinding?
    ) throws(Unfinished) -> CheckResult {
        var basis = atHand.basis(.same("invite.check", params, replaced: [:]))
        var result = try result(signatures: signatures, withInviters: inviter, &basis)
        result.basis = basis
        return result
    }

    private func result(
        signatures: SignatureFinding?,
        withInviters inviter: SignatureFinding?,
        _ basis: inout DecisionBasis?
    ) throws(Unfinished) -> CheckResult {
        let run = subject.run
        guard let event = subject.event else { return try subject.result() }
        if let result = try run.resultBeforeRules(for: event, signatures: signatures) { return result }
        let invite = try run.covered(event)
        let isRedacted = invite !== event
        let state = try InviteState(params, of: (invite.roomID, invite.roomVersion), atHand)
        let claims = try claims(of: invite, state.pdus)
        if basis != nil {
            let deciding = state.deciding(invite)
            // What came with the state is in the call.
            let cited = claims?.found.filter { atHand.isAtHand($0.event.id, in: invite.roomID) } ?? []
            basis?.need(cited, among: atHand)
            basis?.need(deciding, among: atHand)
            if state.isWhole { basis?.replace("state", by: deciding.map(\.id)) }
        }
        let decision = claims?.decide()
        if let decision, decision.verdict == .deny {
            return run.result(event, .authEvents, .decision(decision), isRedacted: isRedacted)
        }
        switch state.finding(for: invite, create: claims?.knownCreate) {
        case .decided(let decision): return run.result(event, .state, .decision(decision), isRedacted: isRedacted)
        case .unseen(let unseen):
            if let decision { return run.result(event, .authEvents, .decision(decision), isRedacted: isRedacted) }
            // Where the identity server's word cannot be checked, nobody but the inviter's server vouches for the invite.
            if case .thirdPartyInvite = unseen,
                let result = try run.resultBeforeRules(for: event, signatures: inviter)
            {
                return result
            }
            return run.result(event, .signatures, .signedInvite(unseen), isRedacted: isRedacted)
        }
    }

    /// What the invite claims to be authorized by; `nil` where some of it is not at hand, as in the invited user's server.
    ///
    /// - Parameter pdus: those sent with the state. What is known of such an event already comes before them.
    private func claims(of invite: Event, _ pdus: [Event]) throws(Unfinished) -> Claims? {
        let cited = invite.citedOrImplied
        let unknown = atHand.unknown(among: cited, in: invite.roomID)
        guard unknown.isEmpty else { throw .needs(EventNeeds(cited: unknown, in: invite.roomID)) }
        let missing = Set(atHand.missing(among: cited, in: invite.roomID))
        let complete = atHand.bringing(pdus.filter { missing.contains($0.id) })
        do throws(Unfinished) {
            return try Claims(invite, atHand: complete, versionPath: params.path(to: "room_version"))
        } catch {
            guard case .failed(.eventsMissing) = error else { throw error }
            return nil
        }
    }
}

extension EventsAtHand {
    fileprivate func roomVersion(
        of invite: JSONObject,
        _ params: Params,
        named: RoomVersion?
    ) throws(Unfinished) -> RoomVersion {
        let brought = params.optionalArray("events")?.map { $0 } ?? []
        let state = params.optionalArray("state")?.map { $0 } ?? []
        let version = try knownRoomVersion(
            named: named,
            of: invite["room_id"]?.text,
            events: (brought + state).compactMap(\.object),
            references: invite.rawReferences + state.compactMap { $0.text.map { EventID($0) } }
        )
        guard let version else {
            throw .failed(.invalidParams(path: params.path(to: "room_version"), expected: "the room's version"))
        }
        return version
    }
}

extension Params {
    fileprivate func inviteeServer() throws(RPCError) -> ServerName {
        let server = ServerName(try string("invitee_server"))
        guard server.isValid else { throw .invalidParams(path: path(to: "invitee_server"), expected: "a server name") }
        return server
    }
}

extension Event {
    fileprivate func checkIsInvite(ofUserOf server: ServerName, at path: JSONPointer) throws(RPCError) {
        guard type == .member else {
            throw .invalidParams(path: path.appending("type"), expected: "\(EventType.member)")
        }
        guard MemberContent(content).membership == .invite else {
            throw .invalidParams(path: path.appending("content").appending("membership"), expected: "\"invite\"")
        }
        guard stateKey.flatMap({ UserID($0) })?.serverName == server else {
            throw .invalidParams(
                path: path.appending("state_key"),
                expected: "a user of \(server.text.string.prefix(255))"
            )
        }
    }
}
