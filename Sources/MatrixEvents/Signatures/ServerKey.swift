package import CanonicalJSON

/// What names a server's key: `["a.example", "ed25519:1"]`.
package struct ServerKeyID: Hashable, Sendable {
    package let server: ServerName
    /// The algorithm, `:` and a name that the server chose.
    package let keyID: UTF8Text

    package init(server: ServerName, keyID: UTF8Text) {
        self.server = server
        self.keyID = keyID
    }

    /// Whether servers sign events with keys of this id: the algorithm is Ed25519, and it is not the id under which policy
    /// servers sign, whose keys are in the room's state.
    package var signsEvents: Bool { keyID.signsEvents }
}

/// A server's signing key, and when it is good for events
/// (Matrix specification, server-server API, "Retrieving server keys").
package struct ServerKey: Hashable, Sendable {
    package let id: ServerKeyID
    package let publicKey: PublicKey
    /// Until when the server vouched for the key; `nil` where nothing bounds it.
    package let validUntil: Timestamp?
    /// When the server stopped using the key; `nil` for one that it still uses.
    package let expired: Timestamp?

    package init(_ id: ServerKeyID, _ publicKey: PublicKey, validUntil: Timestamp? = nil, expired: Timestamp? = nil) {
        self.id = id
        self.publicKey = publicKey
        self.validUntil = validUntil
        self.expired = expired
    }

    /// Whether this says something newer of the key than `other` does.
    ///
    /// That a key expired is final, and the earlier of two such dates counts. Of a key in use the later
    /// `valid_until_ts` is the newer word, and one without is the oldest, which anything that differs replaces.
    package func isNewer(than other: ServerKey) -> Bool {
        switch (expired, other.expired) {
        case (let mine?, let theirs?): mine < theirs
        case (_?, nil): true
        case (nil, _?): false
        case (nil, nil):
            switch (validUntil, other.validUntil) {
            case (let mine?, let theirs?): mine > theirs
            case (_?, nil): true
            case (nil, _?): false
            case (nil, nil): publicKey != other.publicKey
            }
        }
    }
}

extension UTF8Text {
    /// See ``ServerKeyID/signsEvents``.
    var signsEvents: Bool { prefix(8) == "ed25519:" && !(self == "ed25519:policy_server") }
}
