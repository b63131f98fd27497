import CanonicalJSON
import Foundation
package import MatrixEvents

extension TestSigningKey {
    /// The public half, as servers publish it.
    package var published: PublicKey {
        guard let key = PublicKey(base64: UTF8Text(publicKey())) else {
            preconditionFailure("The public key of an Ed25519 seed has 32 bytes")
        }
        return key
    }
}

extension ServerKey {
    /// The key with which `server` signs in tests.
    package static func ofTest(
        _ server: ServerName,
        keyID: String = TestSigningKey.id,
        validUntil: Timestamp? = nil,
        expired: Timestamp? = nil
    ) -> ServerKey {
        ServerKey(
            ServerKeyID(server: server, keyID: UTF8Text(keyID)),
            TestSigningKey(of: server.description).published,
            validUntil: validUntil,
            expired: expired
        )
    }
}

extension KeyRing {
    /// The keys with which `servers` sign in tests, for ever.
    package static func ofTest(_ servers: ServerName...) -> KeyRing {
        KeyRing(servers.map { .ofTest($0) })
    }

    /// The keys of the servers that made the recorded rooms.
    package static func ofRecordedRooms() throws -> KeyRing {
        let file = SharedData.folder.appending(path: "rooms/server-keys.json")
        let servers = try JSONDocument(parsing: Array(Data(contentsOf: file))).root.object
        var ring = KeyRing()
        for (server, keys) in servers?.map({ $0 }) ?? [] {
            for (keyID, entry) in keys.object?["verify_keys"]?.object?.map({ $0 }) ?? [] {
                guard let key = entry.object?["key"]?.text.flatMap({ PublicKey(base64: $0) }) else { continue }
                ring.add(ServerKey(ServerKeyID(server: ServerName(server), keyID: keyID), key))
            }
        }
        return ring
    }
}

extension Timestamp: ExpressibleByIntegerLiteral {
    package init(integerLiteral milliseconds: Int64) {
        self.init(milliseconds: milliseconds)
    }
}

extension TestJSON {
    /// The keys with which `servers` sign in tests, as the parameter `keys` takes them.
    package static func signingKeys(of servers: [String]) -> TestJSON {
        .object(servers.map { ($0, [TestSigningKey.id: .string(TestSigningKey(of: $0).publicKey())]) })
    }
}
