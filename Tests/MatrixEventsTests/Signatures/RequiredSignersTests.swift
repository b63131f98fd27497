import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// Which servers must have signed an event.
struct RequiredSignersTests {
    @Test(arguments: RoomVersion.allCases)
    func `the sender's server signs`(version: RoomVersion) throws {
        let room = try TestRoom.furnished(version)
        #expect(try room.event("m.room.message", by: .bob).requiredSigners == ["b"])
        #expect(room.create.requiredSigners == ["a"])
    }

    @Test(arguments: RoomVersion.allCases)
    func `until v2 the server that chose the event's id signs too`(version: RoomVersion) throws {
        guard version.format.carriesID else { return }
        var template = try TestRoom.furnished(version).template("m.room.message", by: .bob)
        template.opaqueID = "$id:c.example:8448"
        #expect(try template.event().requiredSigners == (version == .draft2014 ? ["b"] : ["b", "c.example:8448"]))
    }

    @Test(arguments: RoomVersion.allCases)
    func `since v8 the server that authorises a join signs too`(version: RoomVersion) throws {
        let room = try TestRoom.furnished(version)
        let hasRestrictedJoins: Set<RoomVersion> = [.v8, .v9, .v10, .v11, .v12]
        let join = try room.authorisedJoin(of: .bob, via: .alice)
        #expect(join.requiredSigners == (hasRestrictedJoins.contains(version) ? ["b", "a"] : ["b"]))
        #expect(try room.authorisedJoin(of: .carol, via: .alice).requiredSigners == ["a"])
        let content: TestJSON = ["join_authorised_via_users_server": "@alice:a"]
        #expect(try room.membership("leave", of: .bob, content: content).requiredSigners == ["b"])
    }

    @Test(arguments: RoomVersion.allCases)
    func `in the draft the server of an invited user signs too`(version: RoomVersion) throws {
        let room = try TestRoom.furnished(version)
        let invite = try room.membership("invite", of: .bob, by: .alice)
        #expect(invite.requiredSigners == (version == .draft2014 ? ["a", "b"] : ["a"]))
        #expect(try room.membership("invite", of: .carol, by: .alice).requiredSigners == ["a"])
        #expect(try room.membership("ban", of: .bob, by: .alice).requiredSigners == ["a"])
    }

    @Test(arguments: RoomVersion.allCases)
    func `an invite by a third party's word needs no signature by its sender's server`(version: RoomVersion) throws {
        var template = try thirdPartyInvite(version)
        // Its id is chosen by the server that sends it on.
        if template.opaqueID != nil { template.opaqueID = "$id:z.example" }
        let signers: [ServerName] =
            switch version {
            case .v1, .v2: ["z.example"]
            case .draft2014: ["a", "b"]
            default: []
            }
        #expect(try template.event().requiredSigners == signers)
        template.content = template.content.setting("membership", to: "leave")
        #expect(try template.event().requiredSigners.first == "a")
    }

    @Test(arguments: RoomVersion.specified)
    func `what is such an invite no longer once it is redacted is none`(version: RoomVersion) throws {
        var template = try thirdPartyInvite(version)
        template.claimedHash = "x"
        let redactionLeavesIt = version == .v11 || version == .v12
        #expect(try template.event().requiredSigners == (redactionLeavesIt ? [] : ["a"]))
        template.content = template.content.setting("third_party_invite", to: "signed")
        #expect(try template.event().requiredSigners == ["a"])
    }

    private func thirdPartyInvite(_ version: RoomVersion) throws -> EventTemplate {
        try TestRoom.furnished(version).template(
            .member,
            by: .alice,
            stateKey: "@bob:b",
            content: ["membership": "invite", "third_party_invite": ["signed": ["token": "t", "mxid": "@bob:b"]]]
        )
    }
}
