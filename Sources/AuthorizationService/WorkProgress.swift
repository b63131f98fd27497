package import MatrixEvents

/// How far long work on a room is, for whoever operates the service.
package struct WorkProgress: Sendable {
    /// What is being done, as "verifying the auth chain".
    package let work: StaticString
    /// The room; `nil` where there is none yet.
    package let roomID: RoomID?
    /// Events done, and events in all.
    package let done: Int
    package let total: Int
}

/// Tells of progress now and then: work that is done at once is not worth a word.
struct ProgressMeter {
    private let work: StaticString
    private let roomID: RoomID?
    private let report: @Sendable (WorkProgress) -> Void
    private var next = ContinuousClock.now + Self.interval
    private var hasTold = false

    private static let interval: Duration = .seconds(1)

    init(_ work: StaticString, in roomID: RoomID?, report: @escaping @Sendable (WorkProgress) -> Void) {
        self.work = work
        self.roomID = roomID
        self.report = report
    }

    mutating func show(_ progress: (done: Int, total: Int)) {
        let now = ContinuousClock.now
        // Work that was told of once is also told to have ended.
        guard now >= next || (hasTold && progress.done == progress.total) else { return }
        next = now + Self.interval
        hasTold = true
        report(WorkProgress(work: work, roomID: roomID, done: progress.done, total: progress.total))
    }
}
