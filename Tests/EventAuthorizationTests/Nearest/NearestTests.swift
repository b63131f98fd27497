import CanonicalJSON
import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

/// What would have to be otherwise for a denied event to be allowed.
struct NearestTests {
    @Test(arguments: RuleFixture.all)
    func `what is said to mend an event mends it, in every version`(fixture: RuleFixture) throws {
        for version in SpecificationRules.versions(with: fixture.rule) {
            let held = try fixture.held(version)
            let changes = held.nearestChanges()
            guard held.decide().verdict == .deny else {
                #expect(changes.isEmpty, "\(version)")
                continue
            }
            if changes.isEmpty { continue }
            #expect(held.applying(changes)?.decide().verdict == .allow, "\(version) \(changes)")
        }
    }

    @Test(arguments: RoomVersion.allCases)
    func `a topic needs the sender's power to be that of state events`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        try room.admitBob()
        let changes = try room.held(room.topic(by: .bob)).nearestChanges()
        #expect(changes.map(\.gist) == ["power of @bob:b 0 to 50"])
    }

    @Test(arguments: RoomVersion.allCases)
    func `a stranger's message needs the stranger to be joined`(version: RoomVersion) throws {
        let room = try TestRoom.furnished(version)
        let changes = try room.held(room.message(by: .bob)).nearestChanges()
        #expect(changes.map(\.gist) == ["membership of @bob:b leave to join"])
    }

    @Test(arguments: RoomVersion.allCases)
    func `a stranger's topic needs membership and power together`(version: RoomVersion) throws {
        let room = try TestRoom.furnished(version)
        let changes = try room.held(room.topic(by: .bob)).nearestChanges()
        #expect(changes.map(\.gist) == ["membership of @bob:b leave to join", "power of @bob:b 0 to 50"])
    }

    @Test(arguments: RoomVersion.specified)
    func `kicking an equal needs more power than theirs`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        try room.join(.bob)
        try room.join(.carol)
        try room.setPowerLevels(["users": room.levels([.alice: 100, .bob: 50, .carol: 50])])
        let kick = try room.membership("leave", of: .carol, by: .bob)
        #expect(room.held(kick).nearestChanges().map(\.gist) == ["power of @bob:b 50 to 51"])
    }

    @Test
    func `nothing lets anybody kick a creator of a room of version 12`() throws {
        var room = try TestRoom.furnished(.v12)
        try room.admitBob(level: 100)
        let kick = try room.membership("leave", of: .alice, by: .bob)
        #expect(room.decide(kick).rule == .memberLeavePower)
        #expect(room.held(kick).nearestChanges().isEmpty)
    }

    @Test(arguments: RoomVersion.allCases)
    func `a join by invitation needs an invite`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        try room.setJoinRule("invite")
        let join = try room.membership("join", of: .bob)
        #expect(room.held(join).nearestChanges().map(\.gist) == ["membership of @bob:b leave to invite"])
        try room.setJoinRule("private")
        let other = try room.membership("join", of: .bob)
        #expect(room.held(other).nearestChanges().map(\.gist) == ["join rule private to public"])
    }

    @Test(arguments: RoomVersion.specified)
    func `a reference too much is to be left out`(version: RoomVersion) throws {
        let room = try TestRoom.furnished(version)
        let rules = try #require(room[.joinRules])
        var template = try room.template("m.room.message", by: .alice)
        template.authEvents += [rules]
        let held = room.held(try template.event())
        #expect(held.nearestChanges().map(\.gist) == ["without \(rules.id)"])
    }

    @Test(arguments: RoomVersion.specified.filter { !AuthorizationRules($0).createIsImpliedByRoomID })
    func `a missing create event is to be cited`(version: RoomVersion) throws {
        let room = try TestRoom.furnished(version)
        let cited = [try #require(room[.member, "@alice:a"]), try #require(room[.powerLevels])]
        let held = room.held(try room.event("m.room.message", by: .alice, citing: cited))
        #expect(held.nearestChanges().map(\.gist) == [#"with (m.room.create, "")"#])
    }

    @Test(arguments: RoomVersion.specified.filter { AuthorizationRules($0).allowsRestrictedJoins })
    func `a join that another server authorises needs that server's signature`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        try room.setJoinRule("restricted")
        let content: TestJSON = ["join_authorised_via_users_server": "@alice:a"]
        let join = try room.membership("join", of: .bob, content: content)
        #expect(room.held(join).nearestChanges().map(\.gist) == ["signature by a"])
    }

    @Test
    func `the draft's policy server is to sign`() throws {
        var room = try TestRoom.furnished(.draft2014)
        try room.installPolicyServer()
        let changes = try room.held(room.message(by: .alice)).nearestChanges()
        #expect(changes.map(\.gist) == ["policy signature by policy.example"])
    }

    @Test(arguments: RoomVersion.specified)
    func `who vouches for an invited address is to sign with a key of the invite's`(version: RoomVersion) throws {
        var room = try TestRoom.furnished(version)
        try room.offerThirdPartyInvite("token", content: ["public_key": "AAAA"])
        let signed = try TestRoom.signedInvite(of: .bob, token: "token")
        let invite = try room.thirdPartyInvite(of: .bob, signed: signed)
        #expect(room.held(invite).nearestChanges().map(\.gist) == ["identity signature by identity.example"])
        let unknown = try room.thirdPartyInvite(of: .bob, signed: TestRoom.signedInvite(of: .bob, token: "other"))
        #expect(room.held(unknown).nearestChanges().map(\.gist) == [#"with (m.room.third_party_invite, "other")"#])
    }

    @Test(arguments: RoomVersion.allCases)
    func `a room without power levels gets some that leave the creator's power alone`(version: RoomVersion) throws {
        var room = try TestRoom(version: version)
        try room.join(.alice)
        try room.setJoinRule("public")
        try room.join(.bob)
        let held = try room.held(room.topic(by: .bob))
        #expect(held.nearestChanges().map(\.gist) == ["power of @bob:b 0 to 50"])
    }

    @Test
    func `a malformed event is mended by nothing`() throws {
        let room = try TestRoom.furnished(.v11)
        let levels = try room.powerLevels(by: .alice, changes: ["ban": "50"])
        #expect(room.held(levels).nearestChanges().isEmpty)
    }
}

extension Change {
    /// The change in a few words.
    fileprivate var gist: String {
        switch self {
        case .power(let user, let from, let to): "power of \(user) \(from) to \(to)"
        case .levelRemoved(let path, let from): "no level \(path) \(from)"
        case .membership(let user, let from, let to): "membership of \(user) \(from.name) to \(to.name)"
        case .joinRule(let from, let to): "join rule \(from) to \(to.name)"
        case .signature(let server): "signature by \(server)"
        case .policySignature(let server): "policy signature by \(server)"
        case .identitySignature(let server): "identity signature by \(server)"
        case .citing(let place): "with \(place)"
        case .notCiting(let id): "without \(id)"
        case .accepted(let id): "with \(id) accepted"
        case .stateKey(let from, let to): "state key \(from?.string ?? "none") to \(to)"
        }
    }
}
