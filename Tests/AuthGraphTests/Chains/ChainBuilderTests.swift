import EventTestSupport
import Foundation
import MatrixEvents
import Testing

@testable import AuthGraph

struct ChainBuilderTests {
    @Test
    func `ancestors come first, in the same order whatever order the events come in`() throws {
        let citations = [("a", ""), ("b", "a"), ("c", "a"), ("d", "bc"), ("e", "ad"), ("f", "eb")]
        var generator = SplitMix64(seed: 3)
        var orders: Set<[EventID]> = []
        for _ in 0..<50 {
            var builder = ChainBuilder()
            for (id, cited) in citations.shuffled(using: &generator) { builder.add(EventID(id), citing: ids(cited)) }
            let chain = try builder.chain(in: "!room:a", missing: [])
            orders.insert(chain.nodes)
            #expect(chain.ids == ids("abcde"))
        }
        #expect(orders == [ids("abcdef")])
    }

    @Test
    func `an event whose chain it is belongs to the chain only where others cite it`() throws {
        var builder = ChainBuilder()
        for (id, cited) in [("a", ""), ("b", "a"), ("c", "b")] { builder.add(EventID(id), citing: ids(cited)) }
        #expect(try builder.chain(in: "!room:a", missing: []).ids == ids("ab"))
    }

    @Test
    func `those that are cited and did not come are told`() throws {
        var builder = ChainBuilder()
        builder.want(ids("z"))
        #expect(builder.add(EventID("c"), citing: ids("ab")) == ids("ab"))
        builder.add(EventID("a"), citing: [])
        #expect(builder.unresolved == ids("zb"))
        #expect(try builder.chain(in: "!room:a", missing: builder.unresolved).ids == ids("a"))
    }

    @Test(arguments: [
        [("a", "a")], [("a", "b"), ("b", "a")], [("r", ""), ("a", "rc"), ("b", "a"), ("c", "b"), ("d", "c")],
    ])
    func `events that authorize each other in a circle are corrupt`(citations: [(String, String)]) {
        var builder = ChainBuilder()
        for (id, cited) in citations { builder.add(EventID(id), citing: ids(cited)) }
        let error = #expect(throws: AuthGraphError.self) { try builder.chain(in: "!room:a", missing: []) }
        #expect(error.corruptIDs?.contains(EventID("r")) == false)
        #expect(error.corruptIDs?.contains(EventID("a")) == true)
    }

    @Test
    func `a chain of 200,000 levels takes no more of the stack than one of three`() async throws {
        let depth = 200_000
        // A thread whose stack would not hold a frame an event.
        let count: Int = await withCheckedContinuation { continuation in
            let thread = Thread {
                var builder = ChainBuilder()
                builder.add(EventID("0"), citing: [])
                for level in 1..<depth {
                    builder.add(EventID("\(level)"), citing: [EventID("\(level - 1)"), EventID("0")])
                }
                let chain = try? builder.chain(in: "!room:a", missing: [])
                let isInOrder = chain.map { chain in
                    chain.nodes.indices.allSatisfy { place in chain.citations(of: place).allSatisfy { $0 < place } }
                }
                continuation.resume(returning: isInOrder == true ? chain?.ids.count ?? 0 : 0)
            }
            thread.stackSize = 256 << 10
            thread.start()
        }
        #expect(count == depth - 1)
    }

    @Test
    func `the difference is what is in the chains of some sets and not of all`() throws {
        var builder = ChainBuilder()
        for (id, cited) in [("a", ""), ("b", "a"), ("c", "a"), ("d", "b"), ("e", "c"), ("f", "bc")] {
            builder.add(EventID(id), citing: ids(cited))
        }
        let chain = try builder.chain(in: "!room:a", missing: [])
        func difference(_ sets: String...) -> [EventID] { chain.difference(of: sets.map { Set(ids($0)) }) }
        #expect(difference("d", "e") == ids("bc"))
        #expect(difference("d", "d") == [])
        #expect(difference("d", "f") == ids("c"))
        #expect(difference("d", "e", "f") == ids("bc"))
        #expect(difference("b", "d") == ids("b"))
        #expect(difference("a", "b") == ids("a"))
        #expect(difference("de", "f") == [])
        #expect(difference(Array(repeating: "d", count: 70) + ["f"]) == ids("c"))
        func difference(_ sets: [String]) -> [EventID] { chain.difference(of: sets.map { Set(ids($0)) }) }
    }

    private func ids(_ letters: String) -> [EventID] { letters.map { EventID(String($0)) } }
}
