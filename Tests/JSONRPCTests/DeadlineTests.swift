import Synchronization
import Testing

@testable import JSONRPC

@Suite struct DeadlineTests {
    private let deadlines = Deadlines()

    @Test func `work that ends in time gives what it came to`() async throws {
        #expect(try await deadlines.within(.seconds(3_600)) { 1 } == 1)
        await #expect(throws: RPCError.graphCorrupt(eventIDs: [], explanation: "")) {
            _ = try await deadlines.within(.seconds(3_600)) { () async throws(RPCError) -> Int in
                throw .graphCorrupt(eventIDs: [], explanation: "")
            }
        }
        #expect(deadlines.count == 0)
    }

    @Test func `work that takes longer is cancelled, and its end waited for`() async throws {
        let hasEnded = Mutex(false)
        await #expect(throws: RPCError.deadlineExceeded) {
            try await deadlines.within(.milliseconds(1)) { () async throws(RPCError) in
                try? await Task.sleep(for: .seconds(3_600))
                hasEnded.withLock { $0 = true }
            }
        }
        #expect(hasEnded.withLock { $0 })
        #expect(deadlines.count == 0)
    }

    @Test func `a deadline that is nearer than all others is kept, and the others stay`() async throws {
        let hour = Task { [deadlines] in try await deadlines.within(.seconds(3_600)) { await Self.sleepLong() } }
        while deadlines.count == 0 { await Task.yield() }
        for _ in 0..<3 {
            await #expect(throws: RPCError.deadlineExceeded) {
                try await deadlines.within(.milliseconds(1)) { await Self.sleepLong() }
            }
        }
        #expect(deadlines.count == 1)
        hour.cancel()
        try await hour.value
        #expect(deadlines.count == 0)
    }

    @Test func `who is cancelled cancels the work`() async throws {
        let caller = Task { [deadlines] in
            try await deadlines.within(.seconds(3_600)) {
                await Self.sleepLong()
                return Task.isCancelled
            }
        }
        caller.cancel()
        #expect(try await caller.value)
        #expect(deadlines.count == 0)
    }

    @Test func `however much is under way, few watch`() async throws {
        await withTaskGroup { group in
            for number in 0..<1_000 {
                let isShort = number.isMultiple(of: 2)
                group.addTask { [deadlines] in
                    try? await deadlines.within(isShort ? .milliseconds(10) : .seconds(3_600)) {
                        if isShort { await Self.sleepLong() }
                    }
                }
            }
        }
        #expect(deadlines.count == 0)
        #expect(deadlines.watcherCount <= 2)
    }

    /// Waits until it is cancelled.
    private static func sleepLong() async { try? await Task.sleep(for: .seconds(3_600)) }
}
