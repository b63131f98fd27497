import ArgumentParser
import Logging
import RPCServer

/// Where a server listens, and what it asks of those who come.
struct ListenOptions: ParsableArguments {
    /// Where a server listens that is told no other place.
    static let defaultAddress = ListenAddress.unix(path: "./eventauth.sock")

    @Option(
        help: """
            Where to listen: unix:PATH or tcp:HOST:PORT. May be given several times. (default: \(defaultAddress))
            """,
        transform: { try ListenAddress(parsing: $0) }
    )
    var listen = [defaultAddress]

    @Option(help: "The mode of unix sockets, in octal: 660.", transform: Self.fileMode)
    var socketMode: UInt32?

    @Option(help: "The owner of unix sockets: USER, USER:GROUP or :GROUP.")
    var socketOwner: String?

    @Option(help: "The certificate for TCP listeners and those that lead to its authority, a PEM file.")
    var tlsCertificate: String?

    @Option(help: "The certificate's private key, a PEM file.")
    var tlsKey: String?

    @Option(help: "The authorities whose certificates clients must show, a PEM file.")
    var tlsClientCa: String?

    @Option(help: "The file of credentials by which callers are known (see `eventauth help token`).")
    var credentials: String?

    @Flag(help: "Listen without TLS or credentials where other machines come: for networks that let in nobody else.")
    var insecure = false

    func validate() throws {
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-certificate and --tls-key go together")
        }
        guard tlsClientCa == nil || tlsCertificate != nil else {
            throw ValidationError("--tls-client-ca needs --tls-certificate")
        }
        _ = try socketFile()
    }

    /// Who may open the sockets' files.
    func socketFile() throws -> SocketFileAccess {
        var access = SocketFileAccess(mode: socketMode)
        guard let socketOwner else { return access }
        do {
            try access.setOwner(socketOwner)
        } catch {
            throw ValidationError("--socket-owner: \(error)")
        }
        return access
    }

    /// The certificates, read from their files; `nil` where there are none.
    func tls() throws -> TLSContext? {
        guard let tlsCertificate, let tlsKey else { return nil }
        return try TLSContext(
            TLSFiles(certificateChain: tlsCertificate, privateKey: tlsKey, clientAuthorities: tlsClientCa)
        )
    }

    /// The credentials, read from their file; `nil` where there is none.
    func credentialFile(_ logger: Logger) throws -> CredentialFile? {
        try credentials.map { try CredentialFile($0, logger: logger) }
    }

    private static func fileMode(_ text: String) throws -> UInt32 {
        guard let mode = UInt32(text, radix: 8), mode <= 0o777 else {
            throw ValidationError("--socket-mode is an octal number such as 660")
        }
        return mode
    }
}
