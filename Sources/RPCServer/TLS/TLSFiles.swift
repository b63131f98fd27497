/// Where a server's certificate is, and whom it trusts to have issued those of clients. All files are PEM.
package struct TLSFiles: Sendable {
    /// The server's certificate, followed by those that lead to its authority.
    package var certificateChain: String
    package var privateKey: String
    /// The authorities of client certificates, which every client must then show; `nil` where clients show none.
    package var clientAuthorities: String?

    package init(certificateChain: String, privateKey: String, clientAuthorities: String? = nil) {
        self.certificateChain = certificateChain
        self.privateKey = privateKey
        self.clientAuthorities = clientAuthorities
    }
}

/// Why there is no TLS with these files.
package struct TLSFilesError: Error, CustomStringConvertible {
    let file: String
    let reason: String

    package var description: String { "cannot use \(file) for TLS: \(reason)" }
}
