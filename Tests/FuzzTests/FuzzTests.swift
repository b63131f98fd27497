import FuzzTargets
import Testing

/// A short run of what `make fuzz` does for long, the same every time.
@Suite(.serialized)
struct FuzzTests {
    @Test(arguments: FuzzTarget.allCases)
    func `what must hold for every input holds for some thousands`(target: FuzzTarget) async throws {
        let inputs = try InputGenerator(target, seed: 2_014)
        for number in 0..<target.inputCount {
            let input = inputs.input(number)
            do {
                try await target.check(input)
            } catch {
                Issue.record("input \(number): \(error)\n\(String(decoding: input, as: UTF8.self))")
                return
            }
        }
    }
}

extension FuzzTarget {
    /// So many that each target takes a few seconds in a debug build.
    fileprivate var inputCount: Int {
        switch self {
        case .json: 3_000
        case .envelope: 1_000
        case .http: 2_000
        case .events: 2_000
        case .rules: 3_000
        }
    }
}
