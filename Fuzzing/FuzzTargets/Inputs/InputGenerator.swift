import CanonicalJSON
package import EventTestSupport

/// Inputs for a target: its seeds, changed at random. The same seed and number give the same input.
package struct InputGenerator: Sendable {
    private let target: FuzzTarget
    private let seeds: [[UInt8]]
    private let seed: UInt64

    /// - Parameter more: inputs to start from beside the target's own.
    package init(_ target: FuzzTarget, seed: UInt64, more: [[UInt8]] = []) throws {
        self.target = target
        self.seed = seed
        seeds = try target.seeds() + more
    }

    package func input(_ number: Int) -> [UInt8] {
        var mutation = Mutation(seed: seed &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(number))
        guard number >= seeds.count, let start = seeds.randomElement(using: &mutation) else {
            return number < seeds.count ? seeds[number] : []
        }
        if target == .rules, Bool.random(using: &mutation) { return Seeds.choices(mutation.next()) }
        return target.changed(start, beside: seeds.randomElement(using: &mutation) ?? [], &mutation)
    }
}

extension FuzzTarget {
    /// `input` with something changed: values of its JSON, or bytes, or its end taken from `other`.
    package func changed(_ input: [UInt8], beside other: [UInt8], _ mutation: inout Mutation) -> [UInt8] {
        switch Int.random(in: 0..<8, using: &mutation) {
        case 0: mutation.changed(spliced(input, other, &mutation))
        case 1, 2, 3: mutation.changed(input)
        default: changedValues(of: input, &mutation) ?? mutation.changed(input)
        }
    }

    private func spliced(_ input: [UInt8], _ other: [UInt8], _ mutation: inout Mutation) -> [UInt8] {
        let end = Int.random(in: 0...input.count, using: &mutation)
        let start = Int.random(in: 0...other.count, using: &mutation)
        return Array(input[..<end] + other[start...])
    }

    /// `nil` where the input holds no JSON.
    private func changedValues(of input: [UInt8], _ mutation: inout Mutation) -> [UInt8]? {
        // An event's first byte names the room version.
        let prefix = self == .events ? input.prefix(1) : []
        guard self == .json || self == .envelope || self == .events,
            let root = try? JSONDocument(parsing: Array(input[prefix.count...])).root
        else { return nil }
        return Array(prefix) + mutation.changed(TestJSON(takenApart: root)).bytes
    }
}
