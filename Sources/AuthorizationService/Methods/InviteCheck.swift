import AuthGraph
import CanonicalJSON
import JSONRPC
import MatrixEvents

extension AuthorizationService {
    /// `invite.check`: may this invite happen, as far as the server that asks can see?
    var inviteCheck: Method {
        Method(
            "invite.check",
            role: .check,
            summary: "Decides an invite as the inviter's server or the invited user's server has it.",
            parameters: [
                .required("event", .event, "The invite."),
                .required(
                    "state",
                    .array(of: .stateItem),
                    """
                    The room's state: the ids of all of it, or as much as was sent along with the invite, as full PDUs or \
                    stripped events. What was sent along is a part, so what is not in it denies nothing.
                    """
                ),
                .required("invitee_server", .string, "The server of the invited user."),
                .required(
                    "stage",
                    .oneOf(["request", "signed"]),
                    "Whether the invited user's server is yet to sign the invite, or has signed it."
                ),
                .broughtEvents,
                .roomVersion,
                .keys,
                .timeout,
            ],
            result: .named("Decision", .decision),
            errors: [
                .eventsMissing, .unknownRoomVersion, .storeUnavailable, .deadlineExceeded, .graphCorrupt, .keysMissing,
            ]
        ) { params throws(RPCError) in
            _ = try params.keys()
            let named = try params.roomVersion()
            return .waiting(atMost: params.timeout) { () async throws(RPCError) in
                try await checkInvite(params, named: named)
            }
        }
    }

    private func checkInvite(_ params: Params, named: RoomVersion?) async throws(RPCError) -> JSONFragment {
        let run = try await loading(eventsAtHand()) { atHand throws(Unfinished) in
            try InviteRun(params, named: named, atHand)
        }
        var finding: SignatureFinding?
        var withInviters: SignatureFinding?
        if let invite = run.eventToVerify {
            let signers = run.furtherSigners
            let all = signers + [invite.sender.serverName]
            let check = signatureCheck(try await keyRing(for: [invite], params, alsoSignedBy: all))
            let late = run.lateSigners(of: invite)
            finding = check.finding(for: invite, alsoSignedBy: signers, notYetBy: late)
            withInviters = check.finding(for: invite, alsoSignedBy: all, notYetBy: late)
        }
        let result = try await loading(run.atHand) { [finding, withInviters] atHand throws(Unfinished) in
            try run.with(atHand).result(signatures: finding, withInviters: withInviters)
        }
        decided(result, for: params)
        return JSONFragment { result.write(to: &$0) }
    }
}
