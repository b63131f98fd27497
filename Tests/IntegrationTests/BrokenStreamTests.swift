import AuthGraph
import Dispatch
import EventTestSupport
import Foundation
import MatrixEvents
import Testing

@testable import PostgresStore

@Suite(.serialized, .timeLimit(.minutes(2)))
struct BrokenStreamTests {
    private let room: RoomID = "!room:a.example"

    @Test
    func `a stream that its caller ends leaves the connection fit for the next call`() async throws {
        let (store, other) = try await makeFilledStore()
        for round in 1...20 {
            let received = ReceivedEvents()
            try await store.streamChain(from: ["$5000"], in: room) { received.append($0) < round }
            #expect(received.ids.count == round)
        }
        let processes = try await other.otherProcesses()
        let received = ReceivedEvents()
        try await store.stream((1...5_000).map { EventID("$\($0)") }, in: room) { received.append($0) < 2 }
        #expect(received.ids == ["$1", "$2"])
        #expect(processes.count == 1)
        #expect(try await other.otherProcesses() == processes)
    }

    @Test
    func `a stream whose server process is killed is unavailable, and hands on nothing twice`() async throws {
        let (store, other) = try await makeFilledStore()
        #expect(try await store.canStream())
        let received = ReceivedEvents()
        let pause = Pause()
        let streaming = Task {
            try await store.streamChain(from: ["$5000"], in: room) { event in
                if received.append(event) == 1 { pause.begin() }
                return true
            }
        }
        await pause.waitForBegin()
        try await other.killOthers()
        pause.end()
        let error = await #expect(throws: EventStoreError.self) { try await streaming.value }
        #expect(error == .unavailable("the database cannot be reached"))
        #expect(received.ids.count < 5_000)
        #expect(Set(received.ids).count == received.ids.count)
        #expect(try await store.canStream())
    }

    @Test
    func `a stream does not notice that its connection was lost before`() async throws {
        let (store, other) = try await makeFilledStore(eventCount: 100)
        #expect(try await store.canStream())
        try await other.killOthers()
        let received = ReceivedEvents()
        try await store.streamChain(from: ["$100"], in: room) { received.append($0) > 0 }
        #expect(received.ids.count == 100)
    }

    @Test
    func `those who load do not wait for those who stream`() async throws {
        let (store, _) = try await makeFilledStore {
            $0.connectionCount = 1
            $0.waitLimit = .milliseconds(1)
        }
        let pause = Pause()
        async let streaming: Void = store.stream(["$1"], in: room) { _ in
            pause.begin()
            return true
        }
        await pause.waitForBegin()
        #expect(try await store.load(["$1"]).count == 1)
        pause.end()
        try await streaming
    }

    @Test
    func `a stream has a time limit of its own`() async throws {
        let (store, other) = try await makeFilledStore(eventCount: 10) { $0.streamTimeout = .seconds(1) }
        try await other.run("BEGIN; LOCK TABLE events")
        await #expect(throws: EventStoreError.unavailable("the database is too slow")) {
            try await store.streamChain(from: ["$10"], in: room) { _ in true }
        }
        try await other.run("ROLLBACK")
        #expect(try await store.canStream())
    }

    @Test
    func `a server that stops answering amid a stream is noticed`() async throws {
        let (store, other) = try await makeFilledStore { $0.streamTimeout = .seconds(1) }
        #expect(try await store.canStream())
        let process = try #require(try await other.otherProcesses().first)
        defer { kill(process, SIGCONT) }
        let received = ReceivedEvents()
        await #expect(throws: EventStoreError.unavailable("the database cannot be reached")) {
            try await store.streamChain(from: ["$5000"], in: room) { event in
                if received.append(event) == 1 { kill(process, SIGSTOP) }
                return true
            }
        }
        #expect(received.ids.count < 5_000)
        #expect(try await store.canStream())
    }

    @Test
    func `a stream ends with the task that asked for it`() async throws {
        let (store, _) = try await makeFilledStore()
        let received = ReceivedEvents()
        let pause = Pause()
        let streaming = Task {
            try await store.streamChain(from: ["$5000"], in: room) { event in
                if received.append(event) == 1 { pause.begin() }
                return true
            }
        }
        await pause.waitForBegin()
        streaming.cancel()
        pause.end()
        await #expect(throws: EventStoreError.unavailable("the call or the service is ending")) {
            try await streaming.value
        }
        #expect(received.ids.count == 1)
        #expect(try await store.canStream())
    }

    @Test(arguments: [true, false])
    func `a stream that hangs ends with the task that asked for it`(isPrepared: Bool) async throws {
        var database = try await TemporaryPostgres.shared.makeDatabase()
        database.streamConnectionCount = 1
        let store = try await makeStore(database)
        try await makeConnection(database).fillRoom(eventCount: 10)
        if isPrepared { #expect(try await store.canStream()) }
        let holder = LockHolder(database)
        try await holder.lock()
        let streaming = Task { try await store.stream(["$1"], in: room) { _ in true } }
        try await holder.waitForSomeoneElse()
        streaming.cancel()
        let duration = await ContinuousClock().measure {
            await #expect(throws: EventStoreError.unavailable("the call or the service is ending")) {
                try await streaming.value
            }
        }
        #expect(duration < .seconds(3))
        try await holder.unlock()
        #expect(try await store.canStream())
    }

    @Test
    func `a row that this build cannot read ends a stream, and not its connection`() async throws {
        let (store, other) = try await makeFilledStore()
        try await other.run("UPDATE events SET room_version = '99' WHERE event_id = '$100'")
        #expect(try await store.canStream())
        let processes = try await other.otherProcesses()
        let error = await #expect(throws: EventStoreError.self) {
            try await store.streamChain(from: ["$5000"], in: room) { _ in true }
        }
        #expect(error == .defective("the database refuses what this service asks of it"))
        #expect(try await store.canStream())
        #expect(try await other.otherProcesses() == processes)
    }

    /// A store with one connection for streams over a room of some events, and a connection beside it.
    private func makeFilledStore(
        eventCount: Int = 5_000,
        _ change: (inout PostgresConfiguration) -> Void = { _ in }
    ) async throws -> (PostgresStore, PostgresConnection) {
        var database = try await TemporaryPostgres.shared.makeDatabase()
        database.streamConnectionCount = 1
        change(&database)
        let store = try await makeStore(database)
        let other = makeConnection(database)
        try await other.fillRoom(eventCount: eventCount, pduByteCount: 1_000)
        return (store, other)
    }
}

extension PostgresStore {
    /// Whether one event comes.
    fileprivate func canStream() async throws -> Bool {
        let received = ReceivedEvents()
        try await stream(["$1"], in: "!room:a.example") { received.append($0) > 0 }
        return received.ids == ["$1"]
    }
}

/// Holds up whoever receives a stream until the test lets it go on.
private final class Pause: Sendable {
    private let begun = AsyncStream<Void>.makeStream()
    private let ended = DispatchSemaphore(value: 0)

    func begin() {
        begun.continuation.finish()
        ended.wait()
    }

    func end() {
        ended.signal()
    }

    func waitForBegin() async {
        for await _ in begun.stream {}
    }
}
