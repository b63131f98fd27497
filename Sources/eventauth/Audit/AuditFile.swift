import CanonicalJSON
import FoundationEssentials
import Glibc
import MatrixEvents
import PostgresStore

/// The file by which an audit goes on where another one was broken off: a line that says of which database it is, and one for
/// each room.
final class AuditFile {
    /// What is known of rooms already, each once. Those that could not be gone through are to be tried again.
    let lines: [AuditLine]
    /// `nil` where nothing is kept.
    private let descriptor: Int32?

    /// - Parameters:
    ///   - path: the file, made where there is none; `nil` to keep nothing.
    ///   - database: what tells the database from others.
    init(_ path: String?, layout: DatabaseLayout, database: String) throws(AuditFileError) {
        guard let path else {
            lines = []
            descriptor = nil
            return
        }
        let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .cannotOpen(path, String(cString: strerror(errno))) }
        self.descriptor = descriptor
        let bytes: [UInt8]
        do {
            bytes = Array(try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw .cannotOpen(path, "\(error)")
        }
        let header = Self.header(layout, database)
        let written = bytes.split(separator: UInt8(ascii: "\n"))
        guard let first = written.first else {
            lines = []
            try write(header)
            return
        }
        guard Array(first) == header else { throw .ofSomethingElse(path) }
        var known: Set<UTF8Text> = []
        lines = written.dropFirst().compactMap { AuditLine(parsing: Array($0)) }
            .filter { $0.failure == nil && known.insert($0.roomID.text).inserted }
        // A line that was broken off is passed over; what comes next begins one of its own.
        if bytes.last != UInt8(ascii: "\n") { try write([]) }
    }

    deinit {
        if let descriptor { close(descriptor) }
    }

    func append(_ line: AuditLine) throws(AuditFileError) {
        try write(Array(line.json.value.source))
    }

    private func write(_ line: [UInt8]) throws(AuditFileError) {
        guard let descriptor else { return }
        var rest = (line + [UInt8(ascii: "\n")])[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .cannotWrite(String(cString: strerror(errno))) }
            rest = rest.dropFirst(count)
        }
    }

    private static func header(_ layout: DatabaseLayout, _ database: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("eventauth_audit")
            writer.integer(1)
            writer.key("layout")
            writer.string(layout.rawValue)
            writer.key("database")
            writer.string(database)
        }
        return writer.bytes
    }
}

enum AuditFileError: Error, CustomStringConvertible {
    case cannotOpen(String, String)
    case cannotWrite(String)
    case ofSomethingElse(String)

    var description: String {
        switch self {
        case .cannotOpen(let path, let reason): "cannot open \(path): \(reason)"
        case .cannotWrite(let reason): "cannot write the file of --resume: \(reason)"
        case .ofSomethingElse(let path): "\(path) is not of an audit of this database in this layout"
        }
    }
}
