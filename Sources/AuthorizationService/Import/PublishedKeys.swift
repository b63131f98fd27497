package import CanonicalJSON
package import JSONRPC
package import MatrixEvents

/// Servers' keys as files state them: one response to `/_matrix/key/v2/server`, a notary's answer of several under
/// `server_keys`, or an object of servers with their `verify_keys`
/// (Matrix specification, server-server API, "Retrieving server keys").
///
/// Responses are signed with the keys that they publish, and refused where they are not. The object of servers is
/// somebody's own word: nobody has signed it, and it may leave `valid_until_ts` out.
package struct PublishedKeys {
    package private(set) var keys: [ServerKey] = []

    package init(_ root: JSONValue) throws(PublishedKeysError) {
        guard let object = root.object else { throw .expected("an object", at: JSONPointer()) }
        if let responses = object["server_keys"]?.array {
            let path = JSONPointer().appending("server_keys")
            for (index, response) in responses.enumerated() { try addResponse(response, at: path.appending(index)) }
        } else if object["server_name"] != nil {
            try addResponse(root, at: JSONPointer())
        } else {
            for (server, entry) in object {
                let path = JSONPointer().appending(server)
                guard let entry = entry.object else { throw .expected("an object", at: path) }
                try add(entry, of: try Self.serverName(server, at: path), at: path)
            }
        }
    }

    private mutating func addResponse(_ value: JSONValue, at path: JSONPointer) throws(PublishedKeysError) {
        guard let response = value.object else { throw .expected("an object", at: path) }
        let namePath = path.appending("server_name")
        guard let name = response["server_name"]?.text else { throw .expected("a string", at: namePath) }
        let server = try Self.serverName(name, at: namePath)
        guard response["valid_until_ts"] != nil else {
            throw .expected("an integer", at: path.appending("valid_until_ts"))
        }
        let current = try add(response, of: server, at: path)
        guard response.isSigned(by: server, with: current) else { throw .notSelfSigned(server, at: path) }
    }

    /// Adds what `entry` says of the keys of `server`.
    ///
    /// - Returns: those that the server uses.
    @discardableResult
    private mutating func add(
        _ entry: JSONObject,
        of server: ServerName,
        at path: JSONPointer
    ) throws(PublishedKeysError) -> [ServerKey] {
        let validUntil = try Self.timestamp("valid_until_ts", in: entry, at: path)
        guard entry["verify_keys"]?.object != nil else {
            throw .expected("an object", at: path.appending("verify_keys"))
        }
        let current = try Self.entries("verify_keys", in: entry, of: server, at: path).map { id, key, _, _ in
            ServerKey(id, key, validUntil: validUntil)
        }
        keys += current
        for (id, key, entry, path) in try Self.entries("old_verify_keys", in: entry, of: server, at: path) {
            guard let expired = try Self.timestamp("expired_ts", in: entry, at: path) else {
                throw .expected("an integer", at: path.appending("expired_ts"))
            }
            keys.append(ServerKey(id, key, validUntil: validUntil, expired: expired))
        }
        return current
    }

    /// The Ed25519 keys under `name`; those of other algorithms are left out.
    private static func entries(
        _ name: StaticString,
        in object: JSONObject,
        of server: ServerName,
        at path: JSONPointer
    ) throws(PublishedKeysError) -> [(ServerKeyID, PublicKey, entry: JSONObject, path: JSONPointer)] {
        guard let value = object[name] else { return [] }
        let path = path.appending(name.description)
        guard let entries = value.object else { throw .expected("an object", at: path) }
        var keys: [(ServerKeyID, PublicKey, entry: JSONObject, path: JSONPointer)] = []
        for (keyID, value) in entries {
            let id = ServerKeyID(server: server, keyID: keyID.detached())
            guard id.signsEvents else { continue }
            let path = path.appending(keyID)
            guard let entry = value.object else { throw .expected("an object", at: path) }
            guard let key = entry["key"]?.text.flatMap({ PublicKey(base64: $0) }) else {
                throw .expected("the 32 bytes of an Ed25519 key in base64", at: path.appending("key"))
            }
            keys.append((id, key, entry, path))
        }
        return keys
    }

    private static func serverName(_ text: UTF8Text, at path: JSONPointer) throws(PublishedKeysError) -> ServerName {
        let server = ServerName(text.detached())
        guard server.isValid else { throw .expected("a server's name", at: path) }
        return server
    }

    /// `nil` where `object` has no such member.
    private static func timestamp(
        _ name: StaticString,
        in object: JSONObject,
        at path: JSONPointer
    ) throws(PublishedKeysError) -> Timestamp? {
        guard let value = object[name] else { return nil }
        guard let milliseconds = value.number?.int64 else {
            throw .expected("an integer", at: path.appending(name.description))
        }
        return Timestamp(milliseconds: milliseconds)
    }
}

/// Why a file states no keys: what is wrong, and where in it.
package enum PublishedKeysError: Error, Equatable, Sendable {
    case expected(String, at: JSONPointer)
    /// The response is not signed with a key that it publishes, or a signature with such a key does not verify.
    case notSelfSigned(ServerName, at: JSONPointer)
}

extension PublishedKeysError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .expected(let expected, let path): "expected \(expected) at \(path.isRoot ? "the top" : path.text)"
        case .notSelfSigned(let server, let path):
            "the keys of \(server) at \(path.isRoot ? "the top" : path.text) are not signed with one of themselves"
        }
    }
}

extension JSONObject {
    /// Whether the object is signed by some of `keys`, and every such signature verifies
    /// (Matrix specification, appendix "Signing JSON").
    fileprivate func isSigned(by server: ServerName, with keys: [ServerKey]) -> Bool {
        guard let signatures = self["signatures"]?.object?[server.text]?.object else { return false }
        var writer = CanonicalWriter(reservingCapacity: value.source.count)
        writer.writeObject(self) { !($0 == "signatures" || $0 == "unsigned") }
        let signed = keys.compactMap { key in signatures[key.id.keyID].map { (key: key, signature: $0) } }
        return !signed.isEmpty
            && signed.allSatisfy { key, signature in
                signature.text.map { key.publicKey.verifies($0, of: writer.bytes) } ?? false
            }
    }
}
