import AccessControl
import FoundationEssentials
import Glibc

/// The file that is written before it replaces a file of credentials. Whoever has it is the only one who edits that file.
struct CredentialsEdit: ~Copyable {
    private let path: String
    private let descriptor: Int32
    private var new: String { path + ".new" }

    init(of path: String) throws {
        let descriptor = open(path + ".new", O_WRONLY | O_CREAT | O_EXCL, 0o600)
        guard descriptor >= 0 else {
            let isThere = errno == EEXIST
            throw FileReplacementError(
                path: path,
                reason: isThere
                    ? "\(path).new is there: somebody else edits the file, or one who did was cut off; remove it then"
                    : String(cString: strerror(errno))
            )
        }
        // Not before: what another one has made is not this one's to remove.
        self.path = path
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
        // Nothing is there any more once it has replaced the file.
        unlink(path + ".new")
    }

    /// Adds a line to the file, which only its owner may read, and which is replaced as a whole.
    consuming func add(_ credential: Credential) throws {
        var bytes = FileManager.default.fileExists(atPath: path) ? try CredentialFile.bytes(path) : []
        var credentials = try CredentialFile.credentials(in: bytes, of: path)
        do throws(CredentialsError.Problem) {
            try credentials.add(credential)
        } catch {
            let line = bytes.count { $0 == UInt8(ascii: "\n") } + 1
            throw UnusableCredentials(path: path, error: CredentialsError(line: line, problem: error))
        }
        if let last = bytes.last, last != UInt8(ascii: "\n") { bytes.append(UInt8(ascii: "\n")) }
        bytes += credential.line + [UInt8(ascii: "\n")]
        try write(bytes)
        guard fsync(descriptor) == 0, rename(new, path) == 0 else {
            throw FileReplacementError(path: path, reason: String(cString: strerror(errno)))
        }
    }

    private borrowing func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw FileReplacementError(path: path, reason: String(cString: strerror(errno))) }
            rest = rest.dropFirst(count)
        }
    }
}

/// A file could not be replaced; it is as it was.
struct FileReplacementError: Error, CustomStringConvertible {
    let path: String
    let reason: String

    var description: String { "cannot replace \(path): \(reason)" }
}
