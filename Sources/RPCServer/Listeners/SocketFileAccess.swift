#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Who may open a unix socket's file.
package struct SocketFileAccess: Equatable, Sendable {
    /// Such as `0o660`; as the process's umask has it where it is `nil`.
    package var mode: UInt32?
    /// The file's user and group; those of the process where they are `nil`.
    package var userID: UInt32?
    package var groupID: UInt32?

    package init(mode: UInt32? = nil) {
        self.mode = mode
    }

    /// Sets the owner from `user`, `user:group` or `:group`, each a name or a number.
    package mutating func setOwner(_ text: String) throws(SocketOwnerError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        if let user = parts.first, !user.isEmpty { userID = try Self.userID(user) }
        if parts.count == 2, !parts[1].isEmpty { groupID = try Self.groupID(parts[1]) }
        guard userID != nil || groupID != nil else { throw SocketOwnerError(text: text, what: "user or group") }
    }

    private static func userID(_ name: String) throws(SocketOwnerError) -> UInt32 {
        if let number = UInt32(name) { return number }
        guard let entry = getpwnam(name) else { throw SocketOwnerError(text: name, what: "user") }
        return entry.pointee.pw_uid
    }

    private static func groupID(_ name: String) throws(SocketOwnerError) -> UInt32 {
        if let number = UInt32(name) { return number }
        guard let entry = getgrnam(name) else { throw SocketOwnerError(text: name, what: "group") }
        return entry.pointee.gr_gid
    }
}

/// A name that this system does not know.
package struct SocketOwnerError: Error, CustomStringConvertible {
    let text: String
    let what: String

    package var description: String { "\"\(text)\" is no \(what) of this system" }
}
