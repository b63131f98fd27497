import NIOCore
import NIOPosix

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The file by which a unix socket is reached.
struct UnixSocketFile: Sendable {
    let path: String

    /// Removes what a server that has died left behind. Throws where another server listens there, or where the file is
    /// no socket.
    func makeWay(on group: any EventLoopGroup) async throws {
        guard let isSocket = try isSocket() else { return }
        guard isSocket else { throw ListenError.fileIsNoSocket(path: path) }
        do {
            let other = try await ClientBootstrap(group: group).connect(unixDomainSocketPath: path).get()
            try await other.close()
        } catch let error as IOError where error.errnoCode == ECONNREFUSED {
            return remove()
        } catch let error as IOError where error.errnoCode == ENOENT {
            return
        }
        throw ListenError.socketInUse(path: path)
    }

    /// Lets in those whom `access` names. The owner comes last: who gives the file away can no longer set its mode.
    func allow(_ access: SocketFileAccess) throws {
        if let mode = access.mode, chmod(path, mode_t(mode)) != 0 {
            throw IOError(errnoCode: errno, reason: "set the mode of \(path)")
        }
        guard access.userID != nil || access.groupID != nil else { return }
        // All ones leave a user or a group as it is.
        guard chown(path, access.userID ?? .max, access.groupID ?? .max) == 0 else {
            throw IOError(errnoCode: errno, reason: "set the owner of \(path)")
        }
    }

    func remove() {
        unlink(path)
    }

    /// Whether the file is a socket; `nil` where there is no file.
    private func isSocket() throws -> Bool? {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return nil }
            throw IOError(errnoCode: errno, reason: "look at \(path)")
        }
        return status.st_mode & S_IFMT == S_IFSOCK
    }
}
