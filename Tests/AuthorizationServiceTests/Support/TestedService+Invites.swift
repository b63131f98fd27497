import EventTestSupport
import MatrixEvents
import Testing

extension TestedService {
    /// Checks an invite of bob at the stage `request`; what `more` names comes on top, or instead.
    func checkInvite(
        _ invite: Event,
        state: TestJSON,
        _ more: TestJSON = [:],
        _ location: SourceLocation = #_sourceLocation
    ) async throws -> CallReply {
        var params: TestJSON = [
            "event": .event(invite), "state": state, "invitee_server": "b", "stage": "request",
            "room_version": "\(invite.roomVersion)", "keys": .signingKeys(of: ["a", "b"]),
        ]
        if case .object(let members) = more {
            for (key, value) in members { params = params.setting(key, to: value) }
        }
        return try await call("invite.check", params, location)
    }
}

extension TestRoom {
    /// The invite of bob by alice that both servers, or others, signed; not added to the room.
    func invite(
        signedBy signers: [ServerName] = ["a", "b"],
        _ change: (inout EventTemplate) -> Void = { _ in }
    ) throws -> Event {
        var template = try template(.member, by: .alice, stateKey: "@bob:b", content: ["membership": "invite"])
        template.signers = signers
        change(&template)
        return try template.event()
    }

    /// The room's state as it is shown to those outside, without what stands at `hidden`.
    func stripped(hiding hidden: [StateKey] = []) -> TestJSON {
        let shown = stateEvents.filter { event in event.stateKeyPair.map { !hidden.contains($0) } ?? false }
        return .array(shown.map { .stripped($0) })
    }
}
