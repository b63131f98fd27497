import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// The examples of the Matrix specification, appendix "Cryptographic Test Vectors", and ids derived from them.
struct HashTests {
    private static let minimalEvent = """
        {"room_id":"!x:domain","sender":"@a:domain","origin":"domain","origin_server_ts":1000000,\
        "signatures":{},"hashes":{"sha256":"5jM4wQpv6lnBo7CLIghJuHdW+s2CMBJPUOGOC89ncos"},"type":"X","content":{},\
        "prev_events":[],"auth_events":[],"depth":3,"unsigned":{"age_ts":1000000}}
        """
    private static let contentEvent = """
        {"content":{"body":"Here is the message content"},"event_id":"$0:domain","origin":"domain",\
        "origin_server_ts":1000000,"type":"m.room.message","room_id":"!r:domain","sender":"@u:domain",\
        "hashes":{"sha256":"onLKD1bGljeBWQhWZ1kaP9SorVmRQNdN5aM2JYU2n/g"},"signatures":{},\
        "unsigned":{"age_ts":1000000}}
        """
    private static let createEvent = """
        {"type":"m.room.create","state_key":"","sender":"@a:domain","origin_server_ts":1000000,\
        "content":{"room_version":"12"},"prev_events":[],"auth_events":[],"depth":1,\
        "hashes":{"sha256":"ccqBumrNf46eCfIkdZSYW9RNafS0xFYYDm5rnZBSVJU"},"signatures":{}}
        """

    private let key = TestSigningKey(seed: "YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA1")

    private func event(_ text: String, _ version: RoomVersion) throws -> Event {
        try Event(parsing: Array(text.utf8), roomVersion: version)
    }

    @Test
    func `the example seed makes the example key`() {
        #expect(key?.publicKey() == "XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI")
    }

    @Test(arguments: [
        ("{}", "K8280/U9SSy9IVtjBuVeLr+HpOB4BQFWbg+UZaADMtTdGYI7Geitb76LTrr5QV/7Xg4ahLwYGYZzuHGZKM5ZAQ"),
        (
            #"{"two":"Two","one":1}"#,
            "KqmLSbO39/Bzb0QIYE82zqLwsA+PDzYIpIRA2sRQ4sL53+sN6/fpNSoqE7BP7vBZhG6kYdD13EIMJpvhJI+6Bw"
        ),
    ])
    func `objects are signed as canonical JSON`(text: String, signature: String) throws {
        let bytes = try JSONDocument(parsing: text).root.canonicalBytes()
        #expect(key?.signature(over: bytes) == signature)
    }

    @Test(arguments: RoomVersion.specified.dropFirst(2))
    func `the minimal event has its hash and signature`(version: RoomVersion) throws {
        let event = try event(Self.minimalEvent, version)
        #expect(event.contentHashMatches)
        let isOfVersion11 = version == .v11 || version == .v12
        #expect(
            key?.signature(over: event.signedBytes)
                == (isOfVersion11
                    ? "Jxp+1glFcZM+nnHpY0EkedRR7u0VmKsJYGnQqIvqus3UvL5X/p1y6wSkLhGoTBel6MZ9lrMIzUqrjqFquWJKBw"
                    : "KxwGjPSDEtvnFgU00fwFz+l6d2pJM6XBIaMEn81SXPTRl16AqLAYqfIReFGZlHi5KLjAWbOoMszkwsQma+lYAg")
        )
    }

    @Test(arguments: RoomVersion.specified.dropFirst(3))
    func `the minimal event has its id since v4`(version: RoomVersion) throws {
        let isOfVersion11 = version == .v11 || version == .v12
        let id =
            isOfVersion11
            ? "$70O_oKlXzFbkfu0KE88USi98DjSWrOELrPj-8tisl8I" : "$8yif6p8EqgoSten2BLje9ntKm720NyFLWQv9tn8memc"
        let event = try event(Self.minimalEvent, version)
        #expect(event.id.description == id)
        #expect(try event.redacted().id.description == id)
    }

    @Test
    func `the event with content has its hash and signature`() throws {
        // The example has no depth and no references, which only the draft goes without.
        let event = try event(Self.contentEvent, .draft2014)
        #expect(event.contentHashMatches)
        #expect(
            key?.signature(over: event.signedBytes)
                == "Wm+VzmOUOz08Ds+0NTWb1d4CZrVsJSikkeRxh6aCcUwu6pNC78FunoD7KNWzqFn241eYHYMGCA5McEiVPdhzBA"
        )
    }

    @Test
    func `a create event of version 12 names its room`() throws {
        let event = try event(Self.createEvent, .v12)
        #expect(event.contentHashMatches)
        #expect(event.id.description == "$P5-6WTYQ_woy6f4nmleE0XqxjtZcyKGza5_gDN-KAdM")
        #expect(event.roomID.description == "!P5-6WTYQ_woy6f4nmleE0XqxjtZcyKGza5_gDN-KAdM")
        #expect(
            key?.signature(over: event.signedBytes)
                == "0iTJ32BZFymf41Y7UBttP2wZ0JTo6UjsLDQuf+79LB+WeKVfoLyR2I8RF23ZdFgCuxtjVBl5MKXIOWP+ocELDw"
        )
    }

    @Test(arguments: RoomVersion.specified)
    func `a changed content no longer has its hash, and keeps its id`(version: RoomVersion) throws {
        var template = try TestRoom(version: version).template("m.room.message", by: .alice, content: ["body": "hello"])
        let event = try template.event()
        #expect(event.contentHashMatches)
        template.claimedHash = String(decoding: Base64.encode(event.contentHash.bytes), as: UTF8.self)
        template.content = ["body": "goodbye"]
        let changed = try template.event()
        #expect(!changed.contentHashMatches)
        #expect(changed.id == event.id)
        #expect(try changed.redacted().redactedBytes == event.redactedBytes)
    }

    @Test(arguments: RoomVersion.specified, ["", "%", "AAAA"])
    func `a claimed hash that is none does not match`(version: RoomVersion, hash: String) throws {
        var template = try TestRoom(version: version).template("m.room.message", by: .alice)
        template.claimedHash = hash
        #expect(try !template.event().contentHashMatches)
    }

    @Test(arguments: RoomVersion.specified)
    func `signatures and unsigned are in no hash`(version: RoomVersion) throws {
        var template = try TestRoom(version: version).template("m.room.message", by: .alice)
        let event = try template.event()
        template.signers = ["b"]
        template.extraKeys["unsigned"] = ["age": 1]
        let other = try template.event()
        #expect(other.id == event.id)
        #expect(other.contentHash == event.contentHash)
        #expect(other.referenceHash == event.referenceHash)
    }

    @Test
    func `bytes that are no digest make none`() {
        #expect(Hash256(bytes: [UInt8](repeating: 0, count: 31)) == nil)
        #expect(Hash256(bytes: [UInt8](repeating: 0, count: 33)) == nil)
        let bytes = (0..<32).map { UInt8($0) }
        #expect(Hash256(bytes: bytes)?.bytes == bytes)
    }
}
