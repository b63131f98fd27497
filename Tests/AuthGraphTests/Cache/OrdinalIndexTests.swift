import Testing

@testable import AuthGraph

struct OrdinalIndexTests {
    @Test(arguments: [1, 3, 64, 1_000_003])
    func `what is in the index is found, and nothing else, however hashes collide`(spread: Int) {
        func hash(_ ordinal: UInt32) -> Int { Int(ordinal) * 7_919 % spread }
        var index = OrdinalIndex()
        var present: Set<UInt32> = []
        var generator = SplitMix64(seed: UInt64(spread))
        for _ in 0..<4_000 {
            let ordinal = UInt32.random(in: 0..<300, using: &generator)
            if present.remove(ordinal) != nil {
                index.remove(ordinal, hash(ordinal), hashOf: hash)
            } else {
                index.insert(ordinal, hash(ordinal), hashOf: hash)
                present.insert(ordinal)
            }
            let asked = UInt32.random(in: 0..<300, using: &generator)
            #expect((index.find(hash(asked)) { $0 == asked } != nil) == present.contains(asked))
        }
        for ordinal in present { #expect(index.find(hash(ordinal)) { $0 == ordinal } == ordinal) }
    }
}
