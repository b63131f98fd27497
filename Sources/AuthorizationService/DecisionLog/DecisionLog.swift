import AuthGraph
import CanonicalJSON
import EventAuthorization
import JSONRPC
import MatrixEvents
import Synchronization

/// Takes down decisions, so that each can be made again without a server.
///
/// Whoever decides does not wait: what a line needs is looked up later, and where too much waits for that, decisions are
/// left out and counted.
package final class DecisionLog: Sendable {
    /// Which decisions are taken down.
    package enum Scope: String, CaseIterable, Sendable {
        case denials, all
    }

    private struct State {
        var waiting: [DecisionRecord] = []
        var droppedCount = 0
    }

    /// Decisions that may wait to be written. Each holds its request.
    private static let waitingLimit = 2_000

    private let scope: Scope
    private let state = Mutex(State())
    private let wakeUp = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    package init(of scope: Scope) {
        self.scope = scope
    }

    /// Decisions that were left out.
    package var droppedCount: Int { state.withLock(\.droppedCount) }

    /// Has ``AuthorizationService/writeDecisions(_:)`` end once it has written what is here.
    package func finish() {
        wakeUp.continuation.finish()
    }

    func takesDown(_ result: CheckResult) -> Bool {
        scope == .all || result.verdict == .deny
    }

    func add(_ record: DecisionRecord) {
        state.withLock { state in
            if state.waiting.count < Self.waitingLimit { state.waiting.append(record) } else { state.droppedCount += 1 }
        }
        wakeUp.continuation.yield()
    }

    /// The decisions that wait, which do so no more.
    package func takeAll() -> [DecisionRecord] {
        state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
    }

    /// Tells that there may be decisions, until the log is finished.
    fileprivate var wakeUps: AsyncStream<Void> { wakeUp.stream }
}

extension AuthorizationService {
    /// Notes a decision that the caller of `params` is told.
    func decided(_ result: CheckResult, for params: Params) {
        metrics.decided(result)
        record(result, for: params)
    }

    /// Notes a decision, and how often the store was asked for it.
    func decided(_ result: CheckResult, for params: Params, afterQueries count: Int) {
        metrics.decided(result, afterQueries: count)
        record(result, for: params)
    }

    private func record(_ result: CheckResult, for params: Params) {
        guard let decisionLog, decisionLog.takesDown(result), let basis = result.basis else { return }
        decisionLog.add(DecisionRecord(result: result, basis: basis, params: params, time: keys.now))
    }

    /// Looks up what the lines of decisions need, and hands each line to `write`, until the log is finished.
    package func writeDecisions(_ write: ([UInt8]) -> Void) async {
        guard let decisionLog else { return }
        for await _ in decisionLog.wakeUps { await writeDecisions(decisionLog.takeAll(), write) }
        await writeDecisions(decisionLog.takeAll(), write)
    }

    private func writeDecisions(_ records: [DecisionRecord], _ write: ([UInt8]) -> Void) async {
        for record in records { write(await line(of: record)) }
    }

    /// The line of a decision, with what makes it again.
    package func line(of record: DecisionRecord) async -> [UInt8] {
        let (events, hasEvents) = await events(for: record)
        let (keys, hasKeys) = await keys(for: record)
        return record.line(events, keys, isComplete: hasEvents && hasKeys).bytes
    }

    /// An event of the store, and whether it counted as rejected.
    private typealias Recorded = (event: Event, isRejected: Bool)

    /// The events that a record needs of the store, as far as they can be had.
    private func events(for record: DecisionRecord) async -> (events: [Recorded], isComplete: Bool) {
        let basis = record.basis
        guard basis.needed.count <= Self.recordedEventLimit else { return ([], false) }
        let needed = basis.needed.filter { basis.brought($0) == nil }
        guard let events = await stored(needed.map { ($0.id, $0.roomID) }) else { return ([], false) }
        let stored = zip(events, needed).map { ($0, $1.isRejected) }
        guard record.result.roomVersion == .draft2014 else { return (stored, true) }
        // The draft finds the create event by walking, so that what lies between is needed too.
        var walk = basis.needed.compactMap { basis.brought($0) } + events
        var seen = Set(walk.map(\.id))
        var between: [Recorded] = []
        while !walk.isEmpty, !walk.contains(where: \.isCreate), seen.count <= Self.recordedEventLimit {
            let next = walk.flatMap { event in event.authEvents.map { ($0, event.roomID) } }
                .filter { seen.insert($0.0).inserted && basis.atHand.brought($0.0, of: $0.1) == nil }
            guard let events = await self.stored(next) else { return (stored + between, false) }
            between += events.map { ($0, false) }
            walk = events
        }
        return (stored + between, seen.count <= Self.recordedEventLimit)
    }

    /// The events with these ids, each in its room, from memory or the store; `nil` where some cannot be had.
    private func stored(_ places: [(id: EventID, roomID: RoomID)]) async -> [Event]? {
        var unknown: [RoomID: [EventID]] = [:]
        for place in places where graph.event(place.id, in: place.roomID) == nil {
            unknown[place.roomID, default: []].append(place.id)
        }
        var loaded: [EventID: [GraphEvent]] = [:]
        for (roomID, ids) in unknown {
            guard let events = try? await graph.load(EventNeeds(whole: ids, in: roomID)) else { return nil }
            loaded.merge(events) { $0 + $1 }
        }
        let events = places.compactMap { place in
            let whole = loaded[place.id]?.compactMap(\.whole).first { $0.roomID == place.roomID }
            return whole ?? graph.event(place.id, in: place.roomID)
        }
        return events.count == places.count ? events : nil
    }

    /// The keys that the signatures of a record's event were checked with, as far as they can be had.
    private func keys(for record: DecisionRecord) async -> (keys: [ServerKey], isComplete: Bool) {
        guard let event = record.verifiedEvent else { return ([], true) }
        let servers = event.json["signatures"]?.object.map { $0.map { ServerName($0.key) } } ?? []
        guard let ring = try? await keyRing(for: [event], record.params, alsoSignedBy: servers) else {
            return ([], false)
        }
        var keys: [ServerKey] = []
        for server in servers {
            let ids = event.signatures(by: server)?.map { ServerKeyID(server: server, keyID: $0.key) } ?? []
            keys += ids.compactMap { ring[$0] }
        }
        return (keys, true)
    }

    /// Events that one line may hold.
    private static let recordedEventLimit = 1_000
}
