import AccessControl
import FoundationEssentials

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A file of credentials that is added to.
struct EditedCredentials {
    private let path: String
    private var bytes: [UInt8] = []
    private(set) var credentials = Credentials()

    /// A file that does not exist is empty, unless it `mustExist`.
    init(_ path: String, mustExist: Bool = false) throws {
        self.path = path
        guard mustExist || FileManager.default.fileExists(atPath: path) else { return }
        var file = try InputFile(path)
        bytes = try file.readAll()
        do throws(CredentialsError) {
            credentials = try Credentials(reading: bytes)
        } catch {
            throw UnusableCredentials(path: path, error: error)
        }
    }

    /// Adds a line to the file, which only its owner may read, and which is replaced as a whole.
    mutating func add(_ credential: Credential) throws {
        do throws(CredentialsError.Problem) {
            try credentials.add(credential)
        } catch {
            let line = bytes.count { $0 == UInt8(ascii: "\n") } + 1
            throw UnusableCredentials(path: path, error: CredentialsError(line: line, problem: error))
        }
        if let last = bytes.last, last != UInt8(ascii: "\n") { bytes.append(UInt8(ascii: "\n")) }
        bytes += credential.line + [UInt8(ascii: "\n")]
        try replaceFile()
    }

    private func replaceFile() throws {
        let new = path + ".new"
        let descriptor = open(new, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        guard descriptor >= 0 else { throw FileReplacementError(path: new, what: "create") }
        let isWritten = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) == $0.count }
        let isSafe = isWritten && fsync(descriptor) == 0
        close(descriptor)
        guard isSafe, rename(new, path) == 0 else {
            let error = FileReplacementError(path: path, what: "write")
            unlink(new)
            throw error
        }
    }
}

/// A file could not be replaced; it is as it was.
struct FileReplacementError: Error, CustomStringConvertible {
    let path: String
    let what: String
    private let reason = String(cString: strerror(errno))

    var description: String { "cannot \(what) \(path): \(reason)" }
}
