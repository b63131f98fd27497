import AuthGraph
import CanonicalJSON
import JSONRPC
import MatrixEvents

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
        for await _ in decisionLog.wakeUps { await writeWaiting(in: decisionLog, write) }
        // The server is ending: where the store is away, those that are left are not to wait for it one by one.
        await writeWaiting(in: decisionLog, givingUpOnStore: true, write)
    }

    private func writeWaiting(
        in decisionLog: DecisionLog,
        givingUpOnStore: Bool = false,
        _ write: ([UInt8]) -> Void
    ) async {
        var isStoreAway = false
        while let record = decisionLog.first {
            let line = isStoreAway ? (bytes: record.incompleteLine, isComplete: false) : await line(of: record)
            isStoreAway = givingUpOnStore && !line.isComplete
            write(line.bytes)
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
        var recorded: [Recorded] = []
        for (roomID, needed) in Dictionary(grouping: needed, by: \.roomID) {
            let events = try? await loading(EventsAtHand(graph)) { atHand throws(Unfinished) in
                try atHand.whole(needed.map(\.id), in: roomID)
            }
            guard let events, events.count == needed.count else { return ([], false) }
            recorded += zip(events, needed).map { ($0, $1.isRejected) }
        }
        return (recorded, true)
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
