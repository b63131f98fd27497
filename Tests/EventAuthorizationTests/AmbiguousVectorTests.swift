import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

/// Where the specification is silent and implementations differ, RULES 2.9 says what is decided here; the vectors hold
/// the literal reading. These tests keep the differences from growing unseen.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct AmbiguousVectorTests {
    @Test
    func `ambiguous vectors differ from the literal reading only as decided`() throws {
        var differences: [String: Int] = [:]
        for vector in try AuthorizationVector.load("vectors-dev-ambiguous.jsonl.gz") {
            do {
                let (event, cited, create) = try vector.read()
                let decision = Authorization.decide(event, citing: cited, create: create)
                guard decision.verdict.rawValue != vector.verdict else { continue }
                differences["\(vector.kind) \(decision.rule.rawValue)", default: 0] += 1
            } catch {
                differences["\(vector.kind) \(error)", default: 0] += 1
            }
        }
        let decided = [
            // 2.3: foreign users stay outside of a room whose m.federate is no boolean.
            "federate.not-bool federate.malformed": 15,
            // U3: the state key of a member event is a user id.
            "member.target-odd member.malformed": 28,
            // U4: a level of the current power levels that is needed and cannot be read denies the event.
            "pl.null-default-effect state.power_levels.malformed": 3,
            // U5: so does a proposed level that has to be compared.
            "pl.bad-value power_levels.malformed": 42,
            "pl.container-type power_levels.malformed": 3,
        ]
        #expect(differences == decided)
    }
}
