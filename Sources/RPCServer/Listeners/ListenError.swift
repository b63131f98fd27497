/// Why a server cannot listen where it was told to.
package enum ListenError: Error, Equatable {
    /// Another server answers at the socket.
    case socketInUse(path: String)
    /// Something else than a socket lies there, which is not removed.
    case fileIsNoSocket(path: String)
    /// Other machines reach the address, and `lacking` stands for what would keep them from doing as they like.
    case unprotected(ListenAddress, lacking: String)
    case failed(ListenAddress, reason: String)
}

extension ListenError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .socketInUse(let path): "another server listens on unix:\(path)"
        case .fileIsNoSocket(let path): "\(path) is no socket, and is left alone"
        case .unprotected(let address, let lacking):
            "\(address) can be reached from other machines and has no \(lacking): name what is lacking, or say --insecure "
                + "where the network itself lets in nobody else"
        case .failed(let address, let reason): "cannot listen on \(address): \(reason)"
        }
    }
}
