import EventTestSupport
import MatrixEvents
import Testing

@testable import AuthorizationService

/// The check of many events' signatures.
struct SignatureChecksTests {
    @Test(arguments: [0, 1, 31, 32, 33, 500])
    func `findings come in the order of the events`(count: Int) async throws {
        let room = try TestRoom.furnished(.v11)
        let good = try room.event("m.room.message", by: .alice)
        var template = try room.template("m.room.message", by: .alice)
        template.signers = []
        let bad = try template.event()
        let events = (0..<count).map { $0 % 7 == 3 ? bad : good }
        let findings = await SignatureChecks.run(over: events, SignatureCheck(keys: .ofTest("a"), now: 0))
        #expect(findings.map { $0 == .verified } == events.map { $0.id != bad.id || $0 === good })
        #expect(findings.count == count)
    }
}
