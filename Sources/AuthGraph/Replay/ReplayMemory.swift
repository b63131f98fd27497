package import MatrixEvents
import Synchronization

/// Replays that stopped at the end of a page, for whoever asks for the next one. They can be made again, at the price of
/// deciding everything before once more. Of each room the latest alone is kept, and none for longer than it is believed which
/// events count as rejected.
struct ReplayMemory: Sendable {
    private let byteLimit: Int
    private let lifetime: Duration
    /// Bytes that all of them take, about.
    private(set) var byteCount = 0
    /// The oldest first.
    private var paused: [Paused] = []

    private struct Paused: Sendable {
        let replay: RoomReplay
        let keptAt: ContinuousClock.Instant
    }

    init(byteLimit: Int, lifetime: Duration) {
        self.byteLimit = byteLimit
        self.lifetime = lifetime
    }

    mutating func keep(_ replay: RoomReplay, at now: ContinuousClock.Instant) {
        dropOld(at: now)
        drop { $0.replay.roomID == replay.roomID }
        guard replay.byteCount <= byteLimit else { return }
        paused.append(Paused(replay: replay, keptAt: now))
        byteCount += replay.byteCount
        while byteCount > byteLimit, let oldest = paused.first {
            byteCount -= oldest.replay.byteCount
            paused.removeFirst()
        }
    }

    /// Takes out the replay of the room that stopped at `position`.
    mutating func take(
        _ roomID: RoomID,
        fingerprint: UInt64,
        position: Int,
        at now: ContinuousClock.Instant
    ) -> RoomReplay? {
        dropOld(at: now)
        let index = paused.firstIndex { paused in
            let replay = paused.replay
            return replay.roomID == roomID && replay.fingerprint == fingerprint && replay.progress.done == position
        }
        guard let index else { return nil }
        let replay = paused.remove(at: index).replay
        byteCount -= replay.byteCount
        return replay
    }

    private mutating func dropOld(at now: ContinuousClock.Instant) {
        drop { [lifetime] in $0.keptAt.duration(to: now) > lifetime }
    }

    private mutating func drop(where isToGo: (Paused) -> Bool) {
        byteCount -= paused.reduce(0) { $0 + (isToGo($1) ? $1.replay.byteCount : 0) }
        paused.removeAll(where: isToGo)
    }
}

extension AuthGraph {
    /// Keeps a replay in mind that stopped at the end of a page.
    package func keep(_ replay: RoomReplay) {
        let now = now()
        replays.withLock { $0.keep(replay, at: now) }
    }

    /// The replay of the room as another page ended it: from memory, or made again.
    ///
    /// - Returns: `nil` where the room is not any more what it was.
    package func replay(
        of roomID: RoomID,
        fingerprint: UInt64,
        position: Int
    ) async throws(AuthGraphError) -> RoomReplay? {
        let now = now()
        let paused = replays.withLock { $0.take(roomID, fingerprint: fingerprint, position: position, at: now) }
        if let paused { return paused }
        var replay = try await replay(of: roomID)
        guard replay.fingerprint == fingerprint else { return nil }
        while replay.progress.done < position {
            guard try await replay.nextPage(limit: position - replay.progress.done) != nil else { return nil }
        }
        return replay
    }
}
