/// How often each latency was seen. Latencies within three percent of each other share a bucket.
struct LatencyHistogram {
    private static let subdivisionBits = 5

    private var counts = [Int](repeating: 0, count: 64 << subdivisionBits)
    private(set) var count = 0
    private var sum: UInt64 = 0

    mutating func record(nanoseconds: UInt64) {
        counts[Self.bucket(of: nanoseconds)] += 1
        count += 1
        sum += nanoseconds
    }

    /// In nanoseconds.
    var mean: Double { Double(sum) / Double(max(1, count)) }

    /// The latency, in nanoseconds, that `fraction` of those seen do not exceed.
    func percentile(_ fraction: Double) -> UInt64 {
        let rank = max(1, Int((Double(count) * fraction).rounded(.up)))
        var seen = 0
        for (bucket, count) in counts.enumerated() {
            seen += count
            if seen >= rank { return Self.upperBound(of: bucket) }
        }
        return 0
    }

    /// Small values have a bucket each; above, each doubling is divided evenly.
    private static func bucket(of nanoseconds: UInt64) -> Int {
        let exponent = 63 - max(nanoseconds, 1).leadingZeroBitCount
        let shift = max(0, exponent - subdivisionBits)
        return (shift << subdivisionBits) + Int(nanoseconds >> UInt64(shift))
    }

    private static func upperBound(of bucket: Int) -> UInt64 {
        let subdivisions = 1 << subdivisionBits
        guard bucket >= 2 * subdivisions else { return UInt64(bucket) }
        let shift = (bucket >> subdivisionBits) - 1
        let step = bucket - (shift << subdivisionBits)
        return UInt64(step + 1) << UInt64(shift) - 1
    }
}
