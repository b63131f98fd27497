/// Why a server cannot listen where it was told to.
package enum ListenError: Error, Equatable {
    /// Another server answers at the socket.
    case socketInUse(path: String)
    /// Something else than a socket lies there, which is not removed.
    case fileIsNoSocket(path: String)
    case failed(ListenAddress, reason: String)
}

extension ListenError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .socketInUse(let path): "another server listens on unix:\(path)"
        case .fileIsNoSocket(let path): "\(path) is no socket, and is left alone"
        case .failed(let address, let reason): "cannot listen on \(address): \(reason)"
        }
    }
}
