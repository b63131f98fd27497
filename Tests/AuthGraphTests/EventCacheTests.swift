import EventAuthorization
import EventTestSupport
import MatrixEvents
import Synchronization
import Testing

@testable import AuthGraph

struct EventCacheTests {
    private let now = ContinuousClock.now

    @Test
    func `the cache keeps to its budget of bytes, whatever goes in`() throws {
        let events = try messages(100)
        let limit = events.prefix(10).reduce(0) { $0 + $1.byteCount }
        var cache = EventCache(byteLimit: limit)
        for event in events {
            cache.insert(event, now: now)
            #expect(cache.byteCount <= limit)
        }
        #expect(cache.count == events.count { cache.event($0, at: now) != nil })
        #expect(8...12 ~= cache.count)
        #expect(cache.byteCount == events.reduce(0) { $0 + (cache.event($1, at: now) == nil ? 0 : $1.byteCount) })
    }

    @Test
    func `an event larger than the budget is not kept, and drives nothing out`() throws {
        let events = try messages(3)
        let large = try message(0, body: String(repeating: "x", count: 10_000))
        var cache = EventCache(byteLimit: events.reduce(0) { $0 + $1.byteCount })
        for event in events { cache.insert(event, now: now) }
        cache.insert(large, now: now)
        #expect(cache.event(large, at: now) == nil)
        #expect(cache.count == 3)
    }

    @Test
    func `a cache without a budget keeps nothing`() throws {
        var cache = EventCache(byteLimit: 0)
        cache.insert(try message(0), now: now)
        #expect(cache.count == 0)
        #expect(cache.byteCount == 0)
    }

    @Test
    func `a scan over many events leaves those alone that are asked for again`() throws {
        let events = try messages(210)
        let (hot, scanned) = (events.prefix(10), events.dropFirst(10))
        var cache = EventCache(byteLimit: events.prefix(20).reduce(0) { $0 + $1.byteCount })
        for event in hot { cache.insert(event, now: now) }
        for (index, event) in scanned.enumerated() {
            if index.isMultiple(of: 5) { for event in hot { _ = cache.event(event, at: now) } }
            cache.insert(event, now: now)
        }
        #expect(hot.allSatisfy { cache.event($0, at: now) != nil })
        #expect(scanned.count { cache.event($0, at: now) != nil } <= 11)
    }

    @Test
    func `what was read again because it was out of date is as hot as before`() throws {
        let events = try messages(40)
        let (hot, scanned) = (events.prefix(10), events.dropFirst(10))
        var cache = EventCache(byteLimit: events.prefix(20).reduce(0) { $0 + $1.byteCount })
        for event in hot { cache.insert(event, now: now) }
        for event in hot { _ = cache.event(event, at: now) }
        for event in hot { cache.insert(event, now: now) }
        for event in scanned { cache.insert(event, now: now) }
        #expect(hot.allSatisfy { cache.event($0, at: now) != nil })
    }

    @Test
    func `an event that is put in again counts once`() throws {
        let event = try message(0)
        var cache = EventCache(byteLimit: 1 << 20)
        for _ in 0..<5 { cache.insert(event, now: now) }
        #expect(cache.count == 1)
        #expect(cache.byteCount == event.byteCount)
    }

    @Test
    func `an event is kept only as long as what was decided of it is believed`() throws {
        let event = try message(0)
        var cache = EventCache(byteLimit: 1 << 20)
        cache.insert(event, now: now)
        #expect(cache.event(event, at: now + .milliseconds(999)) != nil)
        #expect(cache.event(event, at: now + .seconds(1)) == nil)
    }

    @Test
    func `the cache comes through any order of insertions and look-ups`() throws {
        let events = try messages(60)
        var cache = EventCache(byteLimit: events.prefix(15).reduce(0) { $0 + $1.byteCount })
        var generator = SplitMix64(seed: 1)
        for step in 0..<20_000 {
            let event = events[Int.random(in: events.indices, using: &generator)]
            if Bool.random(using: &generator) {
                cache.insert(event, now: now)
            } else if let found = cache.event(event, at: now) {
                #expect(found.event.id == event.event.id, "step \(step)")
            }
        }
        #expect(cache.byteCount == events.reduce(0) { $0 + (cache.event($1, at: now) == nil ? 0 : $1.byteCount) })
        #expect(cache.count == events.count { cache.event($0, at: now) != nil })
    }

    private func messages(_ count: Int) throws -> [GraphEvent] {
        try (0..<count).map { try message($0) }
    }

    private func message(_ number: Int, body: String = "") throws -> GraphEvent {
        var template = EventTemplate("m.room.message", by: .alice, in: "!room:a", roomVersion: .v11)
        template.content = ["body": .string(body), "number": .raw(String(number))]
        return GraphEvent(try template.event(), outcome: .allowed)
    }
}

extension EventCache {
    fileprivate mutating func insert(_ event: GraphEvent, now: ContinuousClock.Instant) {
        guard let key = Key(event.event.id, in: event.event.roomID) else { return }
        insert(event, under: key, until: now + .seconds(1))
    }

    fileprivate mutating func event(_ event: GraphEvent, at now: ContinuousClock.Instant) -> GraphEvent? {
        Key(event.event.id, in: event.event.roomID).flatMap { self.event($0, at: now) }
    }
}

extension StoredOutcome {
    static let allowed = StoredOutcome(verdict: .allow, rule: "allow.default", isRejected: false)
    static let rejected = StoredOutcome(verdict: .allow, rule: "allow.default", isRejected: true)
}

/// A generator of random numbers that gives the same ones every time.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
