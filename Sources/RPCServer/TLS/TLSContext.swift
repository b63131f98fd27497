import NIOCore
import NIOSSL
import Synchronization

/// The certificates that new connections are served with; they can be read again while the server runs.
package final class TLSContext: Sendable {
    private let files: TLSFiles
    private let context: Mutex<NIOSSLContext>

    package init(_ files: TLSFiles) throws(TLSFilesError) {
        self.files = files
        context = Mutex(try Self.read(files))
    }

    /// Reads the files again; where that fails, the certificates stay as they are.
    package func reload() throws(TLSFilesError) {
        let new = try Self.read(files)
        context.withLock { $0 = new }
    }

    func makeHandler() -> NIOSSLServerHandler {
        NIOSSLServerHandler(context: context.withLock { $0 })
    }

    private static func read(_ files: TLSFiles) throws(TLSFilesError) -> NIOSSLContext {
        let chain = try using(files.certificateChain) { try NIOSSLCertificate.fromPEMFile(files.certificateChain) }
        if chain.isEmpty { throw TLSFilesError(file: files.certificateChain, reason: "it holds no certificate") }
        let key = try using(files.privateKey) { try NIOSSLPrivateKey(file: files.privateKey, format: .pem) }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = .tlsv12
        if let authorities = files.clientAuthorities {
            let certificates = try using(authorities) { try NIOSSLCertificate.fromPEMFile(authorities) }
            configuration.trustRoots = .certificates(certificates)
            // Clients have no host names to verify; their names are looked up among the credentials.
            configuration.certificateVerification = .noHostnameVerification
        }
        return try using(files.privateKey) { try NIOSSLContext(configuration: configuration) }
    }

    private static func using<Value>(_ file: String, _ body: () throws -> Value) throws(TLSFilesError) -> Value {
        do {
            return try body()
        } catch {
            throw TLSFilesError(file: file, reason: "\(error)")
        }
    }
}

extension NIOSSLCertificate {
    /// The DNS names that the certificate was issued for.
    var dnsNames: [String] {
        _subjectAlternativeNames().compactMap { name in
            guard name.nameType == .dnsName else { return nil }
            return String(decoding: name.contents, as: UTF8.self)
        }
    }
}
