import ArgumentParser
import AuthGraph
import AuthorizationService
import EventAuthorization
import EventTestSupport
import Foundation
import JSONRPC
import MatrixEvents

/// Times verdicts as what is in memory grows, and as what they read grows.
struct GrowthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "growth",
        abstract: "Times verdicts with 10 to 1,000,000 events in memory, and with 1 to 10,000 users in power levels."
    )

    @Option(help: "Events in memory at most.")
    var events = 1_000_000

    @Option(help: "Rounds of each measurement, some ten milliseconds each.")
    var rounds = 100

    @OptionGroup var figures: FiguresOption

    func run() async throws {
        try measureUsers()
        try await measureCachedEvents()
    }

    private func measureUsers() throws {
        for count in [1, 10, 100, 1_000, 10_000] {
            let (room, change) = try Self.room(userCount: count)
            let state = room.protocolState(for: change)
            let time = Stopwatch.leastTime(rounds: rounds) { blackHole(Authorization.decide(change, in: state)) }
            try report("growth.users", count, time)
            let message = try room.event("m.room.message", by: .alice, content: ["body": "one"])
            let messageState = room.protocolState(for: message)
            let messageTime = Stopwatch.leastTime(rounds: rounds) {
                blackHole(Authorization.decide(message, in: messageState))
            }
            try report("growth.users_message", count, messageTime)
        }
    }

    /// A room whose power levels name so many users, and a change of one of them.
    private static func room(userCount: Int) throws -> (TestRoom, change: Event) {
        var users: [(key: String, value: TestJSON)] = [(UserID.alice.description, 100)]
        for index in 1..<max(2, userCount) { users.append(("@user\(10_000 + index):server\(index % 20).example", 10)) }
        var room = try TestRoom.furnished(.v11)
        try room.setPowerLevels(["users": .object(Array(users.prefix(userCount)))])
        users[userCount / 2].value = userCount == 1 ? 99 : 20
        let content: TestJSON = ["users": .object(Array(users.prefix(userCount)))]
        return (room, try room.event(.powerLevels, by: .alice, stateKey: "", content: content))
    }

    private func measureCachedEvents() async throws {
        var cache = try CacheBench()
        var count = 10
        while count <= events {
            try await cache.grow(to: count)
            let requests = try cache.requests()
            var next = 0
            let time = Stopwatch.leastTime(rounds: rounds) {
                blackHole(cache.respond(to: requests[next % requests.count]))
                next += 1
            }
            try report("growth.cached", count, time)
            count *= 10
        }
    }

    private func report(_ name: String, _ size: Int, _ time: Duration) throws {
        let column = name.padding(toLength: 28, withPad: " ", startingAt: 0)
        print(column + String(format: "%9d  %12.0f ns", size, time / .nanoseconds(1)))
        try figures.record("\(name).\(size)", time)
    }
}

/// A cache that fills with members of one room after the other.
private struct CacheBench {
    private static let roomSize = 100_000
    private static let requestCount = 512

    private let graph: AuthGraph
    private let dispatcher: Dispatcher
    private var rooms: [(room: TestRoom, memberCount: Int)] = []
    private var count = 0

    init() throws {
        var limits = AuthGraphLimits.lasting
        limits.cacheByteCount = 1 << 30
        graph = AuthGraph(store: NoStore(), limits: limits)
        let service = AuthorizationService(graph: graph) { $0.detail }
        dispatcher = Dispatcher(methods: service.methods, info: AuthorizationService.info)
    }

    /// Adds members until so many events are in memory.
    mutating func grow(to size: Int) async throws {
        while count < size {
            if (rooms.last?.memberCount ?? Self.roomSize) >= Self.roomSize { try await addRoom() }
            try await addMembers(min(size - count, 1_000))
        }
    }

    /// Requests for a message by each of so many members, evenly from all that are in memory.
    func requests() throws -> [[UInt8]] {
        let step = max(1, count / Self.requestCount)
        return try rooms.flatMap { room, memberCount in
            try stride(from: 0, to: memberCount, by: step).map { number in
                let join = try room.unsignedJoin(number)
                let cited = [room.create, room[.powerLevels], join].compactMap(\.self)
                return MicroSubjects.request(
                    for: try room.event("m.room.message", by: join.sender, content: ["body": "hello"], citing: cited)
                )
            }
        }
    }

    func respond(to request: [UInt8]) -> Reply { dispatcher.respond(to: request, in: .local) }

    private mutating func addRoom() async throws {
        let room = try TestRoom.furnished(.v11, id: "growth-\(rooms.count)")
        rooms.append((room, 0))
        try await save(room.events)
    }

    private mutating func addMembers(_ number: Int) async throws {
        let last = rooms.count - 1
        let room = rooms[last].room
        let first = rooms[last].memberCount
        let joins = try (first..<first + number).map { try room.unsignedJoin($0) }
        rooms[last].memberCount += number
        try await save(joins)
    }

    private mutating func save(_ events: [Event]) async throws {
        let outcome = StoredOutcome(verdict: .allow, rule: "benchmark", isRejected: false)
        _ = try await graph.save(events.map { NewEvent($0, pdu: [], outcome: outcome) })
        count += events.count
    }
}
