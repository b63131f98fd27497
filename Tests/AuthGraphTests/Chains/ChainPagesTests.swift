import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

@testable import AuthGraph

/// The pages of a verification, each of which is read while the one before is looked at.
struct ChainPagesTests {
    private struct Refusal: Error {
        init(_ error: AuthGraphError? = nil) {}
    }

    @Test(.timeLimit(.minutes(1)))
    func `while a page is looked at the next one is read, and no other`() async throws {
        let (graph, store, heads, room) = try await largeRoom()
        var verification = try await graph.verification(of: heads, in: room)
        var pageCount = 0
        try await verification.forEachPage { verification, page in
            pageCount += 1
            while store.streamCount < min(pageCount + 1, 3) { await Task.yield() }
            #expect(store.streamCount == min(pageCount + 1, 3))
            #expect(verification.progress.done < verification.progress.total)
            _ = verification.decide(page)
        }
        #expect(pageCount == 3)
        #expect(verification.progress.done == heads.count)
        #expect(verification.verdicts(of: heads).values.allSatisfy { $0 == .allow })
    }

    @Test(.timeLimit(.minutes(1)))
    func `a verification that is cancelled does not wait for the page being read`() async throws {
        let (graph, store, heads, room) = try await largeRoom()
        store.hangingStream = 2
        let verifying = Task {
            var verification = try await graph.verification(of: heads, in: room)
            try await verification.forEachPage { verification, page in _ = verification.decide(page) }
        }
        while store.streamCount < 2 { await Task.yield() }
        verifying.cancel()
        await #expect(throws: AuthGraphError.store(.unavailable("cancelled"))) { try await verifying.value }
    }

    @Test(.timeLimit(.minutes(1)))
    func `who has enough of a page does not wait for the next one`() async throws {
        let (graph, store, heads, room) = try await largeRoom()
        store.hangingStream = 2
        var verification = try await graph.verification(of: heads, in: room)
        await #expect(throws: Refusal.self) {
            try await verification.forEachPage(throwing: Refusal.init) { (_, _) throws(Refusal) in
                while store.streamCount < 2 { await Task.yield() }
                throw Refusal()
            }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a page that cannot be read fails once its turn comes`() async throws {
        let (graph, store, heads, room) = try await largeRoom()
        var verification = try await graph.verification(of: heads, in: room)
        var pageCount = 0
        await #expect(throws: AuthGraphError.store(.unavailable("away"))) {
            try await verification.forEachPage { verification, page in
                pageCount += 1
                store.failure = .unavailable("away")
                _ = verification.decide(page)
            }
        }
        // The second page may have been on its way already.
        #expect((1...2).contains(pageCount))
    }

    /// A room of three pages.
    private func largeRoom() async throws -> (AuthGraph, CountingStore, heads: [EventID], RoomID) {
        var room = try TestRoom.furnished(.v11)
        let filling = TestJSON.string(String(repeating: "x", count: 60_000))
        for number in 0..<300 {
            room.add(try room.event("m.room.topic", by: .alice, stateKey: "\(number)", content: ["topic": filling]))
        }
        let (graph, store) = try await graph(storing: room.events)
        return (graph, store, room.events.map(\.id), room.id)
    }
}
