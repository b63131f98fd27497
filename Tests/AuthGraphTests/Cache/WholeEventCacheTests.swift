import EventTestSupport
import MatrixEvents
import Testing

@testable import AuthGraph

struct WholeEventCacheTests {
    @Test
    func `the cache keeps to its budget of bytes, whatever goes in`() throws {
        let events = try messages(100)
        let limit = events.prefix(10).reduce(0) { $0 + $1.byteCount }
        var cache = WholeEventCache(byteLimit: limit)
        for event in events {
            cache.insert(event)
            #expect(cache.byteCount <= limit)
        }
        #expect(cache.count == events.count { cache.event($0) != nil })
        #expect(8...12 ~= cache.count)
        #expect(cache.byteCount == events.reduce(0) { $0 + (cache.event($1) == nil ? 0 : $1.byteCount) })
    }

    @Test
    func `an event larger than the budget is not kept, and drives nothing out`() throws {
        let events = try messages(3)
        let large = try message(0, body: String(repeating: "x", count: 10_000))
        var cache = WholeEventCache(byteLimit: events.reduce(0) { $0 + $1.byteCount })
        for event in events { cache.insert(event) }
        cache.insert(large)
        #expect(cache.event(large) == nil)
        #expect(cache.count == 3)
    }

    @Test
    func `look-ups and evictions are counted`() throws {
        let events = try messages(3)
        var cache = WholeEventCache(byteLimit: events.prefix(2).reduce(0) { $0 + $1.byteCount })
        for event in events { cache.insert(event) }
        let found = events.count { cache.event($0) != nil }
        #expect(cache.statistics.hitCount == found)
        #expect(cache.statistics.missCount == events.count - found)
        #expect(cache.statistics.evictionCount == events.count - found)
        #expect(cache.statistics.evictionCount > 0)
    }

    @Test
    func `a cache without a budget keeps nothing`() throws {
        var cache = WholeEventCache(byteLimit: 0)
        cache.insert(try message(0))
        #expect(cache.count == 0)
        #expect(cache.byteCount == 0)
    }

    @Test
    func `a scan over many events leaves those alone that are asked for again`() throws {
        let events = try messages(210)
        let (hot, scanned) = (events.prefix(10), events.dropFirst(10))
        var cache = WholeEventCache(byteLimit: events.prefix(20).reduce(0) { $0 + $1.byteCount })
        for event in hot { cache.insert(event) }
        for (index, event) in scanned.enumerated() {
            if index.isMultiple(of: 5) { for event in hot { _ = cache.event(event) } }
            cache.insert(event)
        }
        #expect(hot.allSatisfy { cache.event($0) != nil })
        #expect(scanned.count { cache.event($0) != nil } <= 11)
    }

    @Test
    func `an event that is put in again counts once`() throws {
        let event = try message(0)
        var cache = WholeEventCache(byteLimit: 1 << 20)
        for _ in 0..<5 { cache.insert(event) }
        #expect(cache.count == 1)
        #expect(cache.byteCount == event.byteCount)
    }

    @Test
    func `the cache comes through any order of insertions and look-ups`() throws {
        let events = try messages(60)
        var cache = WholeEventCache(byteLimit: events.prefix(15).reduce(0) { $0 + $1.byteCount })
        var generator = SplitMix64(seed: 1)
        for step in 0..<20_000 {
            let event = events[Int.random(in: events.indices, using: &generator)]
            if Bool.random(using: &generator) {
                cache.insert(event)
            } else if let found = cache.event(event) {
                #expect(found.id == event.id, "step \(step)")
            }
        }
        #expect(cache.byteCount == events.reduce(0) { $0 + (cache.event($1) == nil ? 0 : $1.byteCount) })
        #expect(cache.count == events.count { cache.event($0) != nil })
    }

    private func messages(_ count: Int) throws -> [Event] {
        try (0..<count).map { try message($0) }
    }

    private func message(_ number: Int, body: String = "") throws -> Event {
        var template = EventTemplate("m.room.message", by: .alice, in: "!room:a", roomVersion: .v11)
        template.content = ["body": .string(body), "number": .raw(String(number))]
        return try template.event()
    }
}

extension WholeEventCache {
    fileprivate mutating func insert(_ event: Event) {
        guard let key = Key(event.id, in: event.roomID) else { return }
        insert(event, under: key)
    }

    fileprivate mutating func event(_ event: Event) -> Event? {
        Key(event.id, in: event.roomID).flatMap { self.event($0) }
    }
}
