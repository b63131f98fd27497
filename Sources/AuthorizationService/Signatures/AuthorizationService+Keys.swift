import AuthGraph
import CanonicalJSON
import JSONRPC
import MatrixEvents

extension AuthorizationService {
    /// The keys that the signatures of `events` ask for: those that the request brings along, and for what they leave
    /// open those in memory, and for what these leave open those in the store, which is asked once.
    ///
    /// - Parameters:
    ///   - params: of a method that declares the parameter `keys`.
    ///   - servers: servers that must have signed every event beside those of ``Event/requiredSigners``.
    /// - Throws: `invalid_params` for a malformed key, or the store's failure.
    func keyRing(
        for events: [Event],
        _ params: Params,
        alsoSignedBy servers: [ServerName] = []
    ) async throws(RPCError) -> KeyRing {
        let given = try params.keys()
        let lacking = serversLackingKeys(for: events, alsoSignedBy: servers, having: given)
        if lacking.isEmpty { return given }
        let inMemory = keys.inMemory(of: lacking)
        let known = given.completed(by: inMemory)
        let unknown = serversLackingKeys(for: events, alsoSignedBy: servers, having: known)
        do throws(EventStoreError) {
            return given.completed(by: try await keys.load(unknown).completed(by: inMemory))
        } catch {
            throw rpcError(.store(error))
        }
    }

    /// What comes of the signatures that each of `events` needs.
    func signatureFindings(for events: [Event], _ params: Params) async throws(RPCError) -> SignatureFindings {
        if events.isEmpty { return SignatureFindings() }
        let check = signatureCheck(try await keyRing(for: events, params))
        return SignatureFindings(events, await SignatureChecks.run(over: events, check))
    }

    /// The check of signatures with `ring`, at the present time.
    func signatureCheck(_ ring: KeyRing) -> SignatureCheck {
        SignatureCheck(keys: ring, now: keys.now)
    }

    private func serversLackingKeys(
        for events: [Event],
        alsoSignedBy servers: [ServerName],
        having ring: KeyRing
    ) -> Set<ServerName> {
        let check = signatureCheck(ring)
        return events.reduce(into: []) { lacking, event in
            lacking.formUnion(check.serversLackingKeys(for: event, alsoSignedBy: servers))
        }
    }
}

extension Parameter {
    static let keys = optional(
        "keys",
        .map(of: .map(of: .string)),
        "Signing keys by server and key id, for checks of signatures; they come before those that are stored."
    )
}

extension Params {
    /// The keys that the request brings along, which nothing bounds in time. Keys of unknown algorithms are left out.
    ///
    /// - Throws: `invalid_params` where one is no Ed25519 key.
    func keys() throws(RPCError) -> KeyRing {
        var ring = KeyRing()
        for (server, entries) in optionalObject("keys")?.map({ $0 }) ?? [] {
            for (keyID, value) in entries.object?.map({ $0 }) ?? [] {
                let id = ServerKeyID(server: ServerName(server), keyID: keyID)
                guard id.signsEvents else { continue }
                guard let key = value.text.flatMap({ PublicKey(base64: $0) }) else {
                    let path = path(to: "keys").appending(server).appending(keyID)
                    throw .invalidParams(path: path, expected: "the 32 bytes of an Ed25519 key in base64")
                }
                ring.add(ServerKey(id, key))
            }
        }
        return ring
    }
}

extension RPCError {
    /// Signatures that only these keys can settle.
    static func keysMissing(_ ids: [ServerKeyID]) -> RPCError {
        .keysMissing(ids.map { MissingKey(server: $0.server.text.string, keyID: $0.keyID.string) })
    }
}
