import EventAuthorization
import Testing

@testable import FuzzTargets

struct ChosenCaseTests {
    @Test func `rooms that inputs choose are decided by nearly every rule`() throws {
        let inputs = try InputGenerator(.rules, seed: 1)
        let decided = Set((0..<4_000).compactMap { ChosenCase(inputs.input($0))?.decision.rule })
        let missing = Rule.allCases.filter { !decided.contains($0) }
        #expect(missing.count <= 24, "\(missing.map(\.rawValue))")
    }
}
