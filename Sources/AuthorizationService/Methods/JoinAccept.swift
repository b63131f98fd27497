import AuthGraph
import CanonicalJSON
import EventAuthorization
import JSONRPC
import MatrixEvents

extension AuthorizationService {
    /// `join.accept`: may this join happen, and what does the joining server need of the room?
    var joinAccept: Method {
        Method(
            "join.accept",
            role: .check,
            timeLimit: .seconds(120),
            summary: "Decides a signed join or knock, and gives the room's state and its auth chain to who may join.",
            parameters: [
                .required(
                    "event",
                    .event,
                    "The join or knock, signed by the user's server, and by that of who vouches."
                ),
                .required("state", .array(of: .reference), "The room's state before the event."),
                .broughtEvents,
                .roomVersion,
                .keys,
                .optional("rejected", .array(of: .reference), "Ids that the caller knows to have been rejected."),
                .timeout,
            ],
            result: .object(
                Schema.decisionMembers + [
                    .optional("state", .array(of: .event), "The PDUs of the state; only for a join that is allowed."),
                    .optional(
                        "auth_chain",
                        .array(of: .event),
                        "The PDUs of all that the state and the join are authorized by, ancestors first; with `state`."
                    ),
                ]
            ),
            errors: [
                .eventsMissing, .unknownRoomVersion, .storeUnavailable, .deadlineExceeded, .graphCorrupt, .keysMissing,
            ]
        ) { params throws(RPCError) in
            _ = try params.keys()
            let named = try params.roomVersion()
            return .waiting(atMost: params.timeout) { () async throws(RPCError) in
                try await acceptJoin(params, named: named)
            }
        }
    }

    private func acceptJoin(_ params: Params, named: RoomVersion?) async throws(RPCError) -> JSONFragment {
        let given = params.givenState
        let request = CheckRequest(flow: params, states: [given], rejected: Set(params.references("rejected") ?? []))
        let subject = try await loading(eventsAtHand()) { atHand throws(Unfinished) in
            try atHand.needing(given.references) { () throws(Unfinished) in
                let event = try finishing { () throws(RPCError) in try params.event() }
                return try CheckSubject(event, request, params, named: named, atHand)
            }
        }
        try subject.event?.checkIsJoinOrKnock(at: params.path(to: "event"))
        var finding: SignatureFinding?
        if let event = subject.eventToVerify {
            finding = signatureCheck(try await keyRing(for: [event], params)).finding(for: event)
        }
        let result = try await loading(subject.run.atHand) { atHand throws(Unfinished) in
            try atHand.needing(given.references) { () throws(Unfinished) in
                try subject.with(atHand).resultOfJoin(signatures: finding, given)
            }
        }
        guard result.verdict == .allow, let join = subject.event, join.isJoin else {
            decided(result, for: params)
            return JSONFragment { result.write(to: &$0) }
        }
        let room = try await roomBehind(join, given.references, subject.run.atHand)
        decided(result, for: params)
        return JSONFragment(reservingCapacity: room.byteCount + 1024) { writer in
            writer.object { writer in
                result.writeMembers(to: &writer)
                writer.pdus(room.state, under: "state")
                writer.pdus(room.authChain, under: "auth_chain")
            }
        }
    }
}

extension CheckSubject {
    /// As ``result(signatures:)``, the whole of the state being one of the room.
    fileprivate func resultOfJoin(
        signatures: SignatureFinding?,
        _ given: CheckRequest.State
    ) throws(Unfinished) -> CheckResult {
        let result = try result(signatures: signatures)
        if let event, result.verdict == .allow {
            _ = try run.atHand.stateByPlace(given.references, of: (event.roomID, event.roomVersion), at: given.path)
        }
        return result
    }
}

extension Params {
    fileprivate var givenState: CheckRequest.State {
        CheckRequest.State(gate: .state, references: references("state") ?? [], path: path(to: "state"))
    }

    /// The parameter `event` of a method that requires it.
    func event() throws(RPCError) -> JSONValue { try object("event").value }
}

extension Event {
    /// Makes sure that the event is one with which a user enters a room: a join or knock of its own sender.
    fileprivate func checkIsJoinOrKnock(at path: JSONPointer) throws(RPCError) {
        let membership = MemberContent(content).membership
        guard type == .member, membership == .join || membership == .knock, stateKey == sender.text else {
            throw .invalidParams(path: path, expected: "a join or knock of its own sender")
        }
    }

    fileprivate var isJoin: Bool { MemberContent(content).membership == .join }
}

extension JSONWriter {
    fileprivate mutating func pdus(_ pdus: [ArraySlice<UInt8>], under key: StaticString) {
        self.key(key)
        array { writer in
            for pdu in pdus { writer.raw(pdu) }
        }
    }
}
