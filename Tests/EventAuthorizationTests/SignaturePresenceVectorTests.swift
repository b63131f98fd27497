import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

/// Events that lack one of the signatures they need. The rules ask for one of them only: that of the server which
/// authorises a restricted join.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct SignaturePresenceVectorTests {
    @Test
    func `the rules deny what lacks the authorising server's signature, and nothing else`() throws {
        var denials: [String: Set<Rule>] = [:]
        for vector in try AuthorizationVector.load("vectors-sigpresence.jsonl.gz") {
            let (event, cited, create) = try vector.read()
            let decision = Authorization.decide(event, citing: cited, create: create)
            if decision.verdict == .deny { denials[vector.kind, default: []].insert(decision.rule) }
        }
        #expect(denials == ["sigpresence.restricted-join.no-authorising-domain": [.memberAuthorisedViaUnsigned]])
    }
}
