import Glibc

/// A bar on standard error that shows how far work is, as how far a file is read; nothing where that is no terminal.
struct ProgressBar {
    private let name: String
    private let total: Int?
    private static let width = 30

    /// - Parameter total: all that there is to do, as bytes of the file; `nil` where nothing is to be shown.
    init(name: String, total: Int?) {
        self.name = name
        self.total = isatty(STDERR_FILENO) == 1 ? total : nil
    }

    mutating func show(_ offset: Int, note: String) {
        guard let total, total > 0 else { return }
        let done = min(max(offset, 0), total)
        let filled = Self.width * done / total
        let bar = String(repeating: "█", count: filled) + String(repeating: "·", count: Self.width - filled)
        writeError("\r\(name) \(bar) \(100 * done / total) %  \(note) ")
    }

    mutating func finish(note: String) {
        guard let total else { return }
        show(total, note: note)
        writeError("\n")
    }
}

/// Bytes of the file on disk; `nil` where it has no size, as standard input has none.
func fileSize(_ name: String) -> Int? {
    var status = stat()
    return stat(name, &status) == 0 && status.st_size > 0 ? Int(status.st_size) : nil
}
