import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Synchronization
import Testing

@testable import PostgresStore

/// Verdicts while others flip flags and store events: none is older than the service promises.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct FreshnessTests {
    /// How processes come to know of a flip, and how old what they say may be.
    enum Source: CaseIterable {
        case notification, lifetime, database

        /// A notification is on its way for milliseconds; the rest is for a machine that does other things too. What is
        /// believed for a second may be a tick of the clock older.
        var bound: Duration { self == .lifetime ? .milliseconds(1_100) : .milliseconds(1_500) }

        var arguments: [String] {
            switch self {
            case .notification: ["--flag-ttl", "3600"]
            case .lifetime: ["--flag-ttl", "1"]
            case .database: ["--flag-ttl", "0"]
            }
        }
    }

    @Test(arguments: Source.allCases)
    func `no verdict of two processes is older than the bound while flags flip`(source: Source) async throws {
        let room = try await JoinableRoom()
        if source != .notification {
            try await room.other.run("ALTER TABLE events DISABLE TRIGGER events_notify_outcomes")
        }
        let servers = [try await room.serve(source.arguments), try await room.serve(source.arguments)]
        try await room.waitForListeners(2)
        var flips = FlipHistory()
        let answers = ObservedAnswers()
        let clients = try (servers + servers).map { try $0.connect() }
        try await whileOthersGoOn(clients) {
            try await answers.observe($0, room.check)
            // Others need the machine too.
            try await Task.sleep(for: .milliseconds(5))
        } _: {
            for isRejected in [true, false, true, false] {
                try await flips.flip(to: isRejected) { try await room.setRejected(isRejected) }
                // Longer than the bound: what was believed too long has to show.
                try await Task.sleep(for: source.bound + .milliseconds(300))
            }
        }
        #expect(answers.all.count > 100)
        #expect(Set(answers.all.map(\.rule)) == [JoinableRoom.allowed, JoinableRoom.denied])
        let outdated = answers.all.filter { answer in
            let isRejected = answer.rule == JoinableRoom.denied
            return !flips.wasCurrent(isRejected, between: answer.start - source.bound, and: answer.end)
        }
        #expect(outdated.isEmpty, "\(outdated.count) are out of date, as \(outdated.first.debugDescription)")
    }

    @Test
    func `two processes that store the same events at once agree on who was first`() async throws {
        let room = try await JoinableRoom()
        let servers = [try await room.serve(), try await room.serve()]
        let clients = try servers.map { try $0.connect() }
        let readers = try servers.map { try $0.connect() }
        try await whileOthersGoOn(readers) {
            let reply = try await $0.call("auth.check", room.check)
            #expect(reply.rule == JoinableRoom.allowed)
        } _: {
            for number in 1...20 {
                let events = try (1...5).map {
                    try room.room.membership("join", of: UserID(stringLiteral: "@user\(number)-\($0):b"))
                }
                let params: TestJSON = ["room_version": "11", "events": .events(events)]
                async let first = clients[0].call("events.put", params)
                async let second = clients[1].call("events.put", params)
                let stored = try await [first, second].map { try #require($0.stored) }
                for (one, other) in zip(stored[0], stored[1]) { #expect(Set([one, other]) == ["new", "known"]) }
                #expect(stored[0].count == events.count)
            }
        }
    }
}

/// When a flag was flipped, as far as who flips it can tell.
private struct FlipHistory {
    private struct Flip {
        let isRejected: Bool
        let start: ContinuousClock.Instant
        /// Since when it is certain that everybody who asks is told so.
        let end: ContinuousClock.Instant
    }

    private var flips = [Flip(isRejected: false, start: .now, end: .now)]

    mutating func flip(to isRejected: Bool, _ body: () async throws -> Void) async throws {
        let start = ContinuousClock.now
        try await body()
        flips.append(Flip(isRejected: isRejected, start: start, end: .now))
    }

    /// Whether the flag may have been so at some moment from `start` to `end`.
    func wasCurrent(
        _ isRejected: Bool,
        between start: ContinuousClock.Instant,
        and end: ContinuousClock.Instant
    ) -> Bool {
        flips.indices.contains { index in
            let next = flips.indices.contains(index + 1) ? flips[index + 1].end : end
            return flips[index].isRejected == isRejected && flips[index].start <= end && next >= start
        }
    }
}

/// Decisions, with when they were asked for and when they came.
private final class ObservedAnswers: Sendable {
    struct Answer {
        let start: ContinuousClock.Instant
        let end: ContinuousClock.Instant
        /// The rule, or what there was in place of a decision.
        let rule: String
    }

    private let answers = Mutex<[Answer]>([])

    var all: [Answer] { answers.withLock { $0 } }

    func observe(_ client: SocketClient, _ params: TestJSON) async throws {
        let start = ContinuousClock.now
        let reply = try await client.call("auth.check", params)
        let rule = reply.rule ?? reply.errorReason ?? "nothing"
        answers.withLock { $0.append(Answer(start: start, end: .now, rule: rule)) }
    }
}

extension JSONObject {
    /// Of the reply to `events.put`: for each event whether it was new.
    fileprivate var stored: [String]? {
        self["result"]?.object?["results"]?.array?.compactMap { $0.object?["stored"]?.text?.string }
    }
}
