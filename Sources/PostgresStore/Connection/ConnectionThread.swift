import Dispatch
import Foundation
import Synchronization

/// A thread that runs the jobs of one actor, and may block: libpq's calls wait for the network.
///
/// The thread keeps this object alive until `stop()`, so that no job outlives its executor.
final class ConnectionThread: SerialExecutor {
    private struct Queue {
        var jobs: [UnownedJob] = []
        var isStopped = false
    }

    private let queue = Mutex(Queue())
    /// Counts one for every job, and one for the stop.
    private let arrivals = DispatchSemaphore(value: 0)

    init(name: String) {
        let thread = Thread { [self] in run() }
        thread.name = name
        thread.start()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.withLock { $0.jobs.append(job) }
        arrivals.signal()
    }

    /// Ends the thread once it has run what is enqueued.
    func stop() {
        queue.withLock { $0.isStopped = true }
        arrivals.signal()
    }

    private func run() {
        while true {
            arrivals.wait()
            // An actor's jobs are few at a time, so taking the first of an array costs nothing that counts.
            let job = queue.withLock { $0.jobs.isEmpty ? nil : $0.jobs.removeFirst() }
            guard let job else { return }
            job.runSynchronously(on: asUnownedSerialExecutor())
        }
    }
}
