import Dispatch
import Logging
import ServiceLifecycle
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A file that lines are added to, by a thread of its own: whoever adds one does not wait for the disk. Many lines are
/// written at once.
///
/// Where the disk does not keep up or takes nothing more, lines are left out and counted; none is written in part.
final class LineFile: Sendable {
    /// What waits to be written.
    private struct State {
        var lines: [UInt8] = []
        var lineCount = 0
        var isWriting = false
    }

    /// Bytes that may wait to be written.
    private static let waitingLimit = 64 << 20

    private let path: String
    private let logger: Logger
    private let state = Mutex(State())
    private let dropped = Atomic<Int>(0)
    private let descriptor: Mutex<Int32>
    private let queue = DispatchQueue(label: "eventauth.lines")

    /// Opens the file to add to it, or makes it: readable for its owner alone.
    init(_ path: String, logger: Logger) throws {
        self.path = path
        self.logger = logger
        descriptor = Mutex(try Self.openFile(path))
    }

    deinit {
        close(descriptor.withLock(\.self))
    }

    /// Lines that were left out.
    var droppedCount: Int { dropped.load(ordering: .relaxed) }

    /// Adds a line, whose end is added to it. Ends of lines within it, which JSON may have between its tokens, become
    /// blanks: whoever sends JSON is not to write lines of its own.
    func append(_ line: [UInt8]) {
        let line = line.map { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") ? UInt8(ascii: " ") : $0 }
        let (isKept, isIdle) = state.withLock { state in
            guard state.lines.count + line.count < Self.waitingLimit else { return (false, false) }
            state.lines += line
            state.lines.append(UInt8(ascii: "\n"))
            state.lineCount += 1
            defer { state.isWriting = true }
            return (true, !state.isWriting)
        }
        guard isKept else { return drop(1) }
        if isIdle { queue.async { self.writeAll() } }
    }

    /// Goes on with a new file under the same name, so that the old one may be moved away first. Where there can be none,
    /// the old one stays in use.
    func reopen() throws {
        let new = try Self.openFile(path)
        queue.async {
            let old = self.descriptor.withLock { descriptor in
                defer { descriptor = new }
                return descriptor
            }
            close(old)
        }
    }

    /// Waits until everything that was added is written.
    func flush() {
        queue.sync {}
    }

    private func writeAll() {
        while let (lines, count) = takeLines() {
            guard !put(lines) else { continue }
            drop(count)
        }
    }

    private func takeLines() -> (lines: [UInt8], count: Int)? {
        state.withLock { state in
            guard !state.lines.isEmpty else {
                state.isWriting = false
                return nil
            }
            defer {
                state.lines = []
                state.lineCount = 0
            }
            return (state.lines, state.lineCount)
        }
    }

    /// - Returns: false where the lines could not be written, and then none of them is in the file.
    private func put(_ lines: [UInt8]) -> Bool {
        let descriptor = descriptor.withLock(\.self)
        let start = lseek(descriptor, 0, SEEK_END)
        var rest = lines[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                logger.error(
                    "Cannot write",
                    metadata: ["file": "\(path)", "error": "\(String(cString: strerror(errno)))"]
                )
                // Pipes and devices have no length to go back to.
                if start >= 0 { _ = ftruncate(descriptor, start) }
                return false
            }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private func drop(_ count: Int) {
        dropped.add(count, ordering: .relaxed)
    }

    private static func openFile(_ path: String) throws -> Int32 {
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw UnusableFile(path: path, problem: String(cString: strerror(errno))) }
        return descriptor
    }
}

/// Writes what is left when the server has ended.
extension LineFile: Service {
    func run() async throws {
        try? await gracefulShutdown()
        flush()
    }
}

/// A file that cannot be written to.
struct UnusableFile: Error, CustomStringConvertible {
    let path: String
    let problem: String

    var description: String { "cannot write to \(path): \(problem)" }
}
