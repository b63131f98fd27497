import AuthorizationService
import CZlib

/// A file that is read line by line or as a whole, gzipped or not; `-` is standard input.
struct InputFile: ~Copyable {
    let name: String
    // zlib's handle; it never leaves this file, and is closed once, in deinit.
    private let handle: gzFile
    private var buffer: [UInt8] = []
    private var next = 0
    private var isAtEnd = false

    private static let chunkSize = 256 << 10

    init(_ name: String) throws(InputError) {
        let handle = name == "-" ? gzdopen(0, "rb") : gzopen(name, "rb")
        guard let handle else { throw .cannotOpen(name) }
        self.name = name == "-" ? "standard input" : name
        self.handle = handle
    }

    deinit {
        gzclose(handle)
    }

    /// Bytes of the file, as it lies on disk, that were read so far.
    var offset: Int { Int(gzoffset(handle)) }

    /// The next line without its end; `nil` at the end of the file.
    mutating func readLine() throws(InputError) -> [UInt8]? {
        var searched = next
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { next = end + 1 }
                return Array(buffer[next..<end])
            }
            searched = buffer.count
            guard try fill(keeping: &searched) else { break }
        }
        guard next < buffer.count else { return nil }
        defer { next = buffer.count }
        return Array(buffer[next...])
    }

    /// The whole file.
    mutating func readAll() throws(InputError) -> [UInt8] {
        var kept = 0
        while try fill(keeping: &kept) {}
        return Array(buffer[next...])
    }

    /// Reads on; `position` keeps pointing at the same byte.
    ///
    /// - Returns: whether there was anything.
    private mutating func fill(keeping position: inout Int) throws(InputError) -> Bool {
        guard !isAtEnd else { return false }
        buffer.removeFirst(next)
        position -= next
        next = 0
        var chunk = [UInt8](repeating: 0, count: Self.chunkSize)
        let count = gzread(handle, &chunk, UInt32(Self.chunkSize))
        guard count >= 0 else { throw .cannotRead(name) }
        buffer += chunk[..<Int(count)]
        isAtEnd = count == 0
        // A gzipped file that ends too early is an error that zlib mentions only where it is asked.
        var problem: Int32 = 0
        gzerror(handle, &problem)
        guard !isAtEnd || problem == Z_OK || problem == Z_STREAM_END else { throw .cannotRead(name) }
        return !isAtEnd
    }
}

enum InputError: Error, CustomStringConvertible {
    case cannotOpen(String)
    case cannotRead(String)
    case notJSON(String, line: Int?, explanation: String)
    case notAnEvent(String, explanation: String)
    case notOneEvent(String, count: Int)
    case notKeys(String, PublishedKeysError)

    var description: String {
        switch self {
        case .cannotOpen(let name): "cannot open \(name)"
        case .cannotRead(let name): "cannot read \(name): it ends too early or is damaged"
        case .notJSON(let name, let line, let explanation):
            "\(name)\(line.map { ", line \($0)" } ?? "") is not JSON: \(explanation)"
        case .notAnEvent(let name, let explanation): "\(name) holds something that is not an event: \(explanation)"
        case .notKeys(let name, let error): "\(name) cannot be taken for servers' keys: \(error)"
        case .notOneEvent(let name, let count): "\(name) holds \(count) events; it must hold the one to decide"
        }
    }
}
