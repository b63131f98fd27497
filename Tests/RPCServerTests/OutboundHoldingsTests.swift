import NIOCore
import Testing

@testable import RPCServer

/// Who is cut off where clients leave too many answers.
@Suite struct OutboundHoldingsTests {
    private var holdings = OutboundHoldings<Int>(limit: 1_000)

    private func time(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(1) + .seconds(seconds) }

    @Test mutating func `nobody is cut off up to the limit`() {
        let excess = (0..<10).flatMap { holdings.set(100, takenAt: time(0), of: $0) }
        #expect(excess.isEmpty)
        #expect(holdings.byteCount == 1_000)
    }

    @Test mutating func `beyond it those go who have taken nothing for longest, and not who asks`() {
        _ = holdings.set(300, takenAt: time(7), of: 1)
        _ = holdings.set(300, takenAt: time(5), of: 2)
        _ = holdings.set(300, takenAt: time(6), of: 3)
        let excess = holdings.set(300, takenAt: time(9), of: 4)
        #expect(excess == [2])
        #expect(holdings.byteCount == 900)
        let more = holdings.set(800, takenAt: time(9), of: 4)
        #expect(more == [3, 1])
        #expect(holdings.byteCount == 800)
    }

    @Test mutating func `somewhat more room is made than is needed`() {
        for key in 0..<100 { _ = holdings.set(10, takenAt: time(Int64(key)), of: key) }
        let excess = holdings.set(10, takenAt: time(100), of: 100)
        #expect(excess == Array(0..<8))
        #expect(holdings.byteCount <= 940)
    }

    @Test mutating func `one that leaves more than all may is cut off itself`() {
        let excess = holdings.set(1_001, takenAt: time(1), of: 1)
        #expect(excess == [1])
        #expect(holdings.byteCount == 0)
    }

    @Test mutating func `what is taken no longer counts`() {
        _ = holdings.set(900, takenAt: time(1), of: 1)
        _ = holdings.set(0, takenAt: time(2), of: 1)
        let excess = holdings.set(900, takenAt: time(3), of: 2)
        #expect(excess.isEmpty)
        #expect(holdings.byteCount == 900)
    }

    @Test func `an answer taken in part is held as a whole`() {
        var answers = UntakenBytes()
        answers.written(1_000)
        answers.written(50)
        var seen: [String] = []
        for left in [1_050, 51, 51, 50, 0] { seen.append("\(answers.left(left)) \(answers.heldCount)") }
        #expect(seen == ["false 1050", "true 1050", "false 1050", "true 50", "true 0"])
    }
}
