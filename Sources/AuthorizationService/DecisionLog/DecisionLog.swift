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

    /// The decision that waits for longest; it goes on waiting until ``removeFirst()``.
    fileprivate var first: DecisionRecord? { state.withLock(\.waiting.first) }

    fileprivate func removeFirst() {
        state.withLock { state in
            if !state.waiting.isEmpty { state.waiting.removeFirst() }
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
        for await _ in decisionLog.wakeUps {
            while let record = decisionLog.first {
                write(await line(of: record).bytes)
                decisionLog.removeFirst()
            }
        }
        // The server is ending: where the store is away, those that are left are not to wait for it one by one.
        var isStoreAway = false
        while let record = decisionLog.first {
            if isStoreAway {
                write(record.incompleteLine)
            } else {
                let line = await line(of: record)
                isStoreAway = !line.isComplete
                write(line.bytes)
            }
            decisionLog.removeFirst()
        }
    }

    /// The line of a decision, with what makes it again; and whether that is all that it takes.
    package func line(of record: DecisionRecord) async -> (bytes: [UInt8], isComplete: Bool) {
        let (events, hasEvents) = await events(for: record)
        let (keys, hasKeys) = await keys(for: record)
        let isComplete = hasEvents && hasKeys
        return (record.line(events, keys, isComplete: isComplete).bytes, isComplete)
    }

    /// An event of the store, and whether it counted as rejected.
    private typealias Recorded = (event: Event, isRejected: Bool)

    /// The events that a record needs of the store, as far as they can be had.
    private func events(for record: DecisionRecord) async -> (events: [Recorded], isComplete: Bool) {
        let needed = record.basis.needed.filter { $0.brought == nil }
        guard needed.count <= Self.recordedEventLimit else { return ([], false) }
        guard let events = await stored(needed.map { ($0.id, $0.roomID) }) else { return ([], false) }
        return (zip(events, needed).map { ($0, $1.isRejected) }, true)
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
