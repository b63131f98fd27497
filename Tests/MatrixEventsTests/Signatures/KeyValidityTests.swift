import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// For which events a key is good: since v5 those of the time in which its server used it.
struct KeyValidityTests {
    private static let made: Timestamp = 1_700_000_000_000
    private static let day: Int64 = 86_400_000
    private static let unchecked: Set<RoomVersion> = [.v1, .v2, .v3, .v4, .draft2014]

    @Test(arguments: RoomVersion.allCases)
    func `a key is good up to its last valid moment`(version: RoomVersion) throws {
        #expect(try finding(version, validUntil: Self.made) == .verified)
        let later = try finding(version, validUntil: Timestamp(milliseconds: Self.made.milliseconds - 1))
        #expect(later == (Self.unchecked.contains(version) ? .verified : .keysMissing([Self.keyID])))
    }

    @Test(arguments: RoomVersion.allCases)
    func `no key is good for longer than seven days from now`(version: RoomVersion) throws {
        let validUntil = Self.made.adding(days: 365)
        let week = Self.made.milliseconds - 7 * Self.day
        #expect(try finding(version, validUntil: validUntil, now: week) == .verified)
        let later = try finding(version, validUntil: validUntil, now: week - 1)
        #expect(later == (Self.unchecked.contains(version) ? .verified : .keysMissing([Self.keyID])))
    }

    @Test(arguments: RoomVersion.allCases)
    func `a key that its server no longer uses is good for what was signed before`(version: RoomVersion) throws {
        // What was said of it while it was used counts no longer.
        #expect(try finding(version, validUntil: 0, expired: Self.made) == .verified)
        let later = try finding(
            version,
            validUntil: .init(milliseconds: .max),
            expired: Timestamp(milliseconds: Self.made.milliseconds - 1)
        )
        let violation = violationGist(later)
        #expect(violation == (Self.unchecked.contains(version) ? nil : "signatures.key_expired by a with ed25519:1"))
    }

    @Test(arguments: RoomVersion.allCases)
    func `a key without bounds, as a request brings it, is always good`(version: RoomVersion) throws {
        for now in [Int64.min, 0, .max] { #expect(try finding(version, now: now) == .verified) }
    }

    @Test
    func `where another key may be had, an expired one decides nothing`() throws {
        var template = try TestRoom.furnished(.v11).template("m.room.message", by: .alice)
        template.extraSignatures["a"] = ["ed25519:1": "AAAA", "ed25519:2": "AAAA"]
        let keys = KeyRing([.ofTest("a", expired: 0)])
        let other = ServerKeyID(server: "a", keyID: UTF8Text("ed25519:2"))
        #expect(SignatureCheck(keys: keys, now: 0).finding(for: try template.event()) == .keysMissing([other]))
    }

    @Test(arguments: ["9223372036854775808", "99999999999999999999"])
    func `in v5 a moment past all others is one at which no key is valid`(moment: String) throws {
        let keys = KeyRing([.ofTest("a", validUntil: Self.made)])
        for (sign, expected) in [("", SignatureFinding.keysMissing([Self.keyID])), ("-", .verified)] {
            var template = try TestRoom.furnished(.v5).template("m.room.message", by: .alice)
            template.originServerTS = .raw(sign + moment)
            let event = try template.event()
            #expect(SignatureCheck(keys: keys, now: Self.made).finding(for: event) == expected)
        }
    }

    @Test(arguments: RoomVersion.allCases)
    func `a key whose private half everyone knows counts as none`(version: RoomVersion) throws {
        let known = try #require(PublicKey(base64: UTF8Text("l/O9hxMVKB6Lg+3Hqf0FQQZhVESQcMzbPN1Cz2nM3og=")))
        #expect(known.isPubliclyKnown)
        let event = try message(version)
        let banned = SignatureCheck(keys: KeyRing([ServerKey(Self.keyID, known)]), now: Self.made)
        #expect(violationGist(banned.finding(for: event)) == "signatures.key_banned by a with ed25519:1")
    }

    private static let keyID = ServerKeyID(server: "a", keyID: UTF8Text("ed25519:1"))

    private func finding(
        _ version: RoomVersion,
        validUntil: Timestamp? = nil,
        expired: Timestamp? = nil,
        now: Int64 = made.milliseconds
    ) throws -> SignatureFinding {
        let keys = KeyRing([.ofTest("a", validUntil: validUntil, expired: expired)])
        return SignatureCheck(keys: keys, now: Timestamp(milliseconds: now)).finding(for: try message(version))
    }

    private func message(_ version: RoomVersion) throws -> Event {
        var template = try TestRoom.furnished(version).template("m.room.message", by: .alice)
        template.originServerTS = .raw(String(Self.made.milliseconds))
        return try template.event()
    }
}

/// How keys known twice are told apart.
struct NewerKeyTests {
    @Test
    func `later word of a key in use is newer, and that it expired is final`() {
        let ascending: [ServerKey] = [
            .ofTest("a"), .ofTest("a", validUntil: 1), .ofTest("a", validUntil: 2),
            .ofTest("a", validUntil: 1, expired: 9), .ofTest("a", expired: 8),
        ]
        for (index, key) in ascending.enumerated() {
            for (otherIndex, other) in ascending.enumerated() {
                #expect(key.isNewer(than: other) == (index > otherIndex), "\(index) \(otherIndex)")
            }
        }
    }

    @Test
    func `a ring keeps the newer of two, in whatever order they come`() {
        let (old, new) = (ServerKey.ofTest("a", validUntil: 1), ServerKey.ofTest("a", expired: 5))
        for keys in [[old, new], [new, old]] { #expect(KeyRing(keys)[old.id] == new) }
    }

    @Test
    func `a key that somebody states without bounds may be stated anew`() {
        let other = ServerKey(ServerKey.ofTest("a").id, TestSigningKey(of: "b").published)
        #expect(other.isNewer(than: .ofTest("a")))
        #expect(!other.isNewer(than: .ofTest("a", validUntil: 0)))
    }
}

/// What ``SignatureViolation/gist`` says of a finding that is a violation.
private func violationGist(_ finding: SignatureFinding) -> String? {
    guard case .violation(let violation) = finding else { return nil }
    return violation.gist
}
