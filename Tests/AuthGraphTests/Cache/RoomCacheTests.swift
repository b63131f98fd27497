import CanonicalJSON
import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

@testable import AuthGraph

struct RoomCacheTests {
    private let now = ContinuousClock.now

    @Test
    func `an event is found in its room, with what it cites`() throws {
        var cache = cache()
        let room = try TestRoom.furnished(.v11)
        for event in room.events.reversed() { cache.insert(event, at: now) }
        for event in room.events {
            let entry = cache.entry(event.id, in: room.id)
            #expect(entry?.event.id == event.id)
            #expect(entry?.citations == event.authEvents)
        }
        #expect(cache.entry(room.create.id, in: "!other:a") == nil)
        #expect(cache.eventCount == room.events.count)
    }

    @Test
    func `an event that is only cited is not in memory`() throws {
        var cache = cache()
        let room = try TestRoom.furnished(.v12)
        cache.insert(room.events[2], at: now)
        #expect(cache.entry(room.create.id, in: room.id) == nil)
        #expect(cache.entry(room.events[2].id, in: room.id)?.citations.contains(room.create.id) == true)
        #expect(cache.eventCount == 1)
    }

    @Test
    func `a membership takes three hundred bytes at most`() throws {
        var cache = cache()
        let members = try members(2_000)
        for member in members { cache.insert(member, at: now) }
        #expect(cache.byteCount / members.count <= 300)
    }

    @Test(arguments: [0, 4_000, 20_000, 60_000])
    func `the cache keeps to its budget of bytes, whatever goes in`(limit: Int) throws {
        var cache = cache(limit)
        for event in try members(300) + TestRoom.furnished(.v11, id: "other").events {
            cache.insert(event, at: now)
            #expect(cache.byteCount <= limit)
        }
        #expect(limit == 0 || cache.eventCount > limit / 1_200)
        #expect(cache.evictionCount > 0)
    }

    @Test
    func `look-ups are counted by whether they found what may be believed`() throws {
        var cache = cache()
        let room = try TestRoom.furnished(.v11)
        for event in room.events.dropFirst() { cache.insert(event, at: now) }
        let ids = room.events.map(\.id)
        _ = cache.cited(ids, in: room.id, at: now)
        #expect(cache.statistics.hitCount == ids.count - 1)
        #expect(cache.statistics.missCount == 1)
        _ = cache.cited(ids, in: "!other:a", at: now)
        #expect(cache.statistics.missCount == 1 + ids.count)
        cache.forgetAllFlags(at: now)
        _ = cache.cited([ids[1]], in: room.id, at: now)
        #expect(cache.statistics.missCount == 2 + ids.count)
        #expect(cache.statistics.hitCount == ids.count - 1)
        #expect(cache.statistics.eventCount == ids.count - 1)
    }

    @Test
    func `a scan over many rooms leaves those alone that are asked for again`() throws {
        let hot = try TestRoom.furnished(.v11)
        var cache = cache(60_000)
        for event in hot.events { cache.insert(event, at: now) }
        for number in 0..<200 {
            _ = cache.cited(hot.events.map(\.id), in: hot.id, at: now)
            for event in try TestRoom.furnished(.v11, id: "scanned\(number)").events { cache.insert(event, at: now) }
        }
        #expect(cache.evictionCount > 400)
        #expect(cache.cited(hot.events.map(\.id), in: hot.id, at: now).allSatisfy { $0 != nil })
    }

    @Test
    func `what an event cites outlives its coming and going`() throws {
        let room = try TestRoom.furnished(.v11)
        var cache = cache()
        for event in room.events { cache.insert(event, at: now) }
        for event in room.events { cache.remove(event.id, in: room.id) }
        #expect(cache.eventCount == 0)
        #expect(cache.roomCount == 0)
        #expect(cache.byteCount == 0)
        for event in room.events { cache.insert(event, at: now) }
        #expect(room.events.allSatisfy { cache.entry($0.id, in: room.id)?.citations == $0.authEvents })
    }

    @Test
    func `whether an event is rejected is believed for a while, and until the store tells of a change`() throws {
        let room = try TestRoom.furnished(.v11)
        let ids = room.events.map(\.id)
        var cache = cache()
        for event in room.events { cache.insert(event, at: now) }
        #expect(cache.cited(ids, in: room.id, at: now + .milliseconds(4_980)).allSatisfy { $0 != nil })
        #expect(cache.cited(ids, in: room.id, at: now + .seconds(5)).allSatisfy { $0 == nil })
        cache.forgetFlags(of: [ids[1]], at: now)
        #expect(cache.cited(ids, in: room.id, at: now).map { $0 == nil } == [false, true, false, false])
        cache.update(ids[1], in: room.id, .rejected, readAt: now)
        #expect(cache.cited([ids[1]], in: room.id, at: now).first??.isRejected == true)
        cache.forgetAllFlags(at: now)
        #expect(cache.cited(ids, in: room.id, at: now).allSatisfy { $0 == nil })
        cache.update(ids[0], in: room.id, .allowed, readAt: now + .seconds(1))
        #expect(cache.cited([ids[0]], in: room.id, at: now + .seconds(1)).first??.isRejected == false)
        #expect(cache.entry(ids[1], in: room.id) != nil)
    }

    @Test
    func `of more changes than can be looked for nothing is believed any more`() throws {
        let room = try TestRoom.furnished(.v11)
        let ids = room.events.map(\.id)
        var cache = cache()
        for event in room.events { cache.insert(event, at: now) }
        let others = (0..<100_000).map { EventID("$\($0):b") }
        cache.forgetFlags(of: others, at: now)
        #expect(cache.cited(ids, in: room.id, at: now).allSatisfy { $0 != nil })
        cache.forgetFlags(of: others + [ids[1]], at: now)
        #expect(cache.cited(ids, in: room.id, at: now).allSatisfy { $0 == nil })
    }

    @Test
    func `the verdict of a whole chain is remembered for ever`() throws {
        let room = try TestRoom.furnished(.v11)
        var cache = cache()
        for event in room.events { cache.insert(event, at: now) }
        cache.remember(.allow, of: room.events[0].id, in: room.id)
        cache.remember(.deny, of: room.events[1].id, in: room.id)
        for event in room.events { cache.update(event.id, in: room.id, .allowed, readAt: now) }
        cache.forgetAllFlags(at: now)
        #expect(room.events.map { cache.chainVerdict(of: $0.id, in: room.id) } == [.allow, .deny, nil, nil])
    }

    @Test
    func `the cache comes through any order of insertions, look-ups and removals`() throws {
        let rooms = try (0..<4).map { try TestRoom.furnished(.v11, id: "room\($0)") }
        let events = try rooms.flatMap(\.events) + members(80)
        let byID = Dictionary(uniqueKeysWithValues: events.map { ($0.id, $0) })
        var cache = cache(16_000)
        var generator = SplitMix64(seed: 7)
        for step in 0..<20_000 {
            guard let event = events.randomElement(using: &generator) else { continue }
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: cache.remove(event.id, in: event.roomID)
            case 1...4: cache.insert(event, at: now)
            default:
                guard let entry = cache.entry(event.id, in: event.roomID) else { continue }
                #expect(entry.event.id == event.id, "step \(step)")
                #expect(entry.citations == byID[event.id]?.authEvents, "step \(step)")
            }
            #expect(cache.byteCount <= 16_000)
        }
        for event in events { cache.remove(event.id, in: event.roomID) }
        #expect(cache.byteCount == 0)
        #expect(cache.eventCount == 0)
    }

    private func cache(_ limit: Int = 10 << 20) -> RoomCache {
        RoomCache(byteLimit: limit, clock: FlagClock(start: now, lifetime: .seconds(5)))
    }

    /// Users who join a public room.
    private func members(_ count: Int) throws -> [Event] {
        let room = try TestRoom.furnished(.v11, id: "large")
        return try room.events
            + (0..<count).map { number in
                let user = try #require(UserID(UTF8Text("@user_with_some_name_\(number):homeserver.example")))
                return try room.membership("join", of: user)
            }
    }
}

extension RoomCache {
    mutating func insert(_ event: Event, at now: ContinuousClock.Instant, _ outcome: StoredOutcome = .allowed) {
        insert(AuthEvent(event), citing: event.citedOrImplied, outcome, readAt: now)
    }
}
