package import MatrixEvents
import Synchronization

/// Replays that stopped at the end of a page, for whoever asks for the next one. They can be made again, at the price of
/// deciding everything before once more. Of each room the latest alone is kept.
struct ReplayMemory: Sendable {
    private let byteLimit: Int
    /// Bytes that all of them take, about.
    private(set) var byteCount = 0
    /// The oldest first.
    private var paused: [RoomReplay] = []

    init(byteLimit: Int) {
        self.byteLimit = byteLimit
    }

    mutating func keep(_ replay: RoomReplay) {
        drop { $0.roomID == replay.roomID }
        guard replay.byteCount <= byteLimit else { return }
        paused.append(replay)
        byteCount += replay.byteCount
        while byteCount > byteLimit, let oldest = paused.first {
            byteCount -= oldest.byteCount
            paused.removeFirst()
        }
    }

    /// Takes out the replay of the room that stopped at `position`.
    mutating func take(_ roomID: RoomID, fingerprint: UInt64, position: Int) -> RoomReplay? {
        let index = paused.firstIndex {
            $0.roomID == roomID && $0.fingerprint == fingerprint && $0.progress.done == position
        }
        guard let index else { return nil }
        let replay = paused.remove(at: index)
        byteCount -= replay.byteCount
        return replay
    }

    private mutating func drop(where isToGo: (RoomReplay) -> Bool) {
        byteCount -= paused.reduce(0) { $0 + (isToGo($1) ? $1.byteCount : 0) }
        paused.removeAll(where: isToGo)
    }
}

extension AuthGraph {
    /// Keeps a replay in mind that stopped at the end of a page.
    package func keep(_ replay: RoomReplay) {
        replays.withLock { $0.keep(replay) }
    }

    /// The replay of the room as another page ended it: from memory, or made again.
    ///
    /// - Returns: `nil` where the room is not any more what it was.
    package func replay(
        of roomID: RoomID,
        fingerprint: UInt64,
        position: Int
    ) async throws(AuthGraphError) -> RoomReplay? {
        if let paused = replays.withLock({ $0.take(roomID, fingerprint: fingerprint, position: position) }) {
            return paused
        }
        var replay = try await replay(of: roomID)
        guard replay.fingerprint == fingerprint else { return nil }
        while replay.progress.done < position {
            guard try await replay.nextPage(limit: position - replay.progress.done) != nil else { return nil }
        }
        return replay
    }
}
