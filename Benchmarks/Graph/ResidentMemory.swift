import Foundation

/// The memory that processes take.
enum ResidentMemory {
    /// What `process` takes of memory.
    static func byteCount(of process: String = "self") -> Int {
        let pages = (try? String(contentsOfFile: "/proc/\(process)/statm", encoding: .utf8))?.split(separator: " ")
        return pages.flatMap { $0.dropFirst().first.flatMap { Int($0) } }.map { $0 * 4_096 } ?? 0
    }
}
