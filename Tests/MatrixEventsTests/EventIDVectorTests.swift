import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// Events in odd spellings (escapes, white space, key order), with what every homeserver makes of them.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct EventIDVectorTests {
    private struct Vector {
        let name: String
        let event: Event
        let expected: JSONObject

        init(_ line: JSONObject) throws {
            name = try text("id", of: line)
            let version = try #require(RoomVersion(rawValue: text("room_version", of: line)))
            event = try Event(parsing: Array(text("event_json", of: line).utf8), roomVersion: version)
            expected = line
        }

        func expected(_ key: StaticString) throws -> String { try text(key, of: expected) }
    }

    private static let vectors = Result {
        try SharedData.objects(in: "vectors/vectors-eventid.jsonl.gz").map { try Vector($0) }
    }

    @Test
    func `ids are as given`() throws {
        for vector in try Self.vectors.get() {
            #expect(try vector.event.id.description == vector.expected("event_id"), "\(vector.name)")
        }
    }

    @Test
    func `content hashes are as given`() throws {
        for vector in try Self.vectors.get() {
            #expect(try base64(vector.event.contentHash) == vector.expected("content_hash"), "\(vector.name)")
        }
    }

    @Test
    func `reference hashes are as given`() throws {
        for vector in try Self.vectors.get() {
            #expect(try base64(vector.event.referenceHash) == vector.expected("reference_hash"), "\(vector.name)")
        }
    }

    @Test
    func `canonical forms are as given`() throws {
        for vector in try Self.vectors.get() {
            let canonical = string(vector.event.json.value.canonicalBytes())
            #expect(try canonical == vector.expected("canonical"), "\(vector.name)")
        }
    }

    @Test
    func `redacted forms are as given`() throws {
        for vector in try Self.vectors.get() {
            let redacted = try #require(vector.expected["redacted"])
            #expect(string(vector.event.redactedBytes) == string(redacted.canonicalBytes()), "\(vector.name)")
        }
    }

    @Test
    func `what signatures cover is as given`() throws {
        for vector in try Self.vectors.get() {
            #expect(try string(vector.event.signedBytes) == vector.expected("redacted_preimage"), "\(vector.name)")
        }
    }

    @Test
    func `an event keeps its id when it is redacted`() throws {
        for vector in try Self.vectors.get() {
            #expect(try vector.event.redacted().id == vector.event.id, "\(vector.name)")
        }
    }
}

private func text(_ key: StaticString, of line: JSONObject) throws -> String {
    try #require(line[key]?.text?.string)
}

private func base64(_ hash: Hash256) -> String { string(Base64.encode(hash.bytes)) }

private func string(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
