import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

/// Events made to cost as much as 64 KiB can. The bounds are wide: what they catch is work that grows with the square of
/// the size, which took seconds and more in an optimized build.
struct HostileEventTests {
    private func expect(_ rule: Rule, within limit: Duration, for event: Event, in room: TestRoom) {
        var decision: Decision?
        let elapsed = ContinuousClock().measure { decision = room.decide(event) }
        #expect(decision?.rule == rule)
        #expect(elapsed < limit)
    }

    @Test
    func `hundreds of signatures and keys of a third-party invite cost a bounded number of verifications`() throws {
        var room = try TestRoom.furnished(.v11)
        let key = TestSigningKey(of: "hostile").publicKey()
        let keys = TestJSON.array(Array(repeating: ["public_key": .string(key)], count: 900))
        try room.offerThirdPartyInvite("token", content: ["public_keys": keys])
        let signature = TestJSON.string(TestSigningKey(of: "hostile").signature(over: []))
        var signatures: TestJSON = [:]
        for number in 0..<500 { signatures = signatures.setting("ed25519:\(number)", to: signature) }
        let event = try room.thirdPartyInvite(
            of: .bob,
            signed: ["mxid": "@bob:b", "token": "token", "signatures": ["hostile": signatures]]
        )
        expect(.memberInvite3pBadSignature, within: .seconds(5), for: event, in: room)
    }

    @Test
    func `thousands of creators and listed users are not compared pair by pair`() throws {
        let creators = TestJSON.array((0..<4_000).map { .string("@c\($0):a") })
        var room = try TestRoom(version: .v12, content: ["additional_creators": creators])
        try room.join(.alice)
        let users = TestJSON.object((0..<4_000).map { (key: "@u\($0):a", value: 1) })
        let event = try room.powerLevels(by: .alice, changes: ["users": users])
        expect(.powerLevelsFirst, within: .seconds(5), for: event, in: room)
    }

    @Test
    func `thousands of levels of three hundred digits are read`() throws {
        var room = try TestRoom.furnished(.v1)
        let users = TestJSON.object((0..<3_000).map { (key: "@u\(3_000 - $0):a", value: .raw("1e308")) })
        try room.setPowerLevels(["users": users.setting("@alice:a", to: .raw("1.1e308"))])
        let event = try room.powerLevels(by: .alice, changes: ["users": users])
        expect(.powerLevelsAllow, within: .seconds(10), for: event, in: room)
    }

    @Test
    func `a level of sixty thousand digits is compared`() throws {
        var room = try TestRoom.furnished(.v1)
        let digits = String(repeating: "9", count: 60_000)
        try room.setPowerLevels(["users": ["@alice:a": .string(digits)], "events_default": .raw("1" + digits)])
        let decision = room.decide(try room.message(by: .alice))
        #expect(decision.rule == .powerRequiredLevel)
        #expect(decision.reason.utf8.count < 1_000)
    }
}
