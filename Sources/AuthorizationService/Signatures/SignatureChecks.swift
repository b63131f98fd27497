import FoundationEssentials
import MatrixEvents

/// Checks of many events' signatures, on all cores.
enum SignatureChecks {
    /// Events that are checked in one go, some milliseconds of work.
    private static let chunkSize = 32

    /// What comes of the signatures of each of `events`, in their order.
    ///
    /// There is a task a core, no more: what other requests have to do comes up between two chunks.
    static func run(over events: [Event], _ check: SignatureCheck) async -> [SignatureFinding] {
        guard events.count > chunkSize else { return events.map { check.finding(for: $0) } }
        var chunks = stride(from: 0, to: events.count, by: chunkSize).makeIterator()
        return await withTaskGroup(of: (start: Int, findings: [SignatureFinding]).self) { group in
            func addNext() {
                guard let start = chunks.next() else { return }
                let chunk = events[start..<min(start + chunkSize, events.count)]
                group.addTask { (start, chunk.map { check.finding(for: $0) }) }
            }
            for _ in 0..<ProcessInfo.processInfo.activeProcessorCount { addNext() }
            var findings: [Int: [SignatureFinding]] = [:]
            while let done = await group.next() {
                findings[done.start] = done.findings
                addNext()
            }
            return findings.sorted { $0.key < $1.key }.flatMap(\.value)
        }
    }
}
