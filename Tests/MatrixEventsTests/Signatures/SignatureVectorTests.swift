import CanonicalJSON
import EventTestSupport
import Testing

@testable import MatrixEvents

/// Events really signed, by an implementation that is not this one.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct SignatureVectorTests {
    @Test
    func `signatures are valid and invalid as other implementations have it`() throws {
        var count = 0
        for line in try SharedData.objects(in: "vectors/vectors-signature.jsonl.gz") {
            let name = line["id"]?.text?.string ?? ""
            let version = try #require(RoomVersion(rawValue: line["room_version"]?.text?.string ?? ""))
            let event = try Event(try #require(line["event"]), roomVersion: version)
            #expect(event.contentHashMatches == line["content_hash_ok"]?.bool, "\(name)")
            #expect(event.id.text == line["event_id"]?.text, "\(name)")
            for check in line["checks"]?.array?.compactMap(\.object) ?? [] {
                let server = ServerName(try #require(check["server"]?.text))
                let keyID = try #require(check["key_id"]?.text)
                let key = try #require(check["public_key"]?.text.flatMap { PublicKey(base64: $0) })
                // Six checks name an id under which the server has no signature, and ask only whether the key made
                // another of its signatures. Here an id names one key: such a key is not known for that signature.
                let ids = event.signatures(by: server)?.map(\.key) ?? []
                let isNamed = ids.contains(keyID)
                let isSigned = (isNamed ? [keyID] : ids).contains { event.isSigned(by: server, keyID: $0, key: key) }
                #expect(isSigned == check["valid"]?.bool, "\(name)")
                #expect(event.isSigned(by: server, keyID: keyID, key: key) == (isNamed && isSigned), "\(name)")
                count += 1
            }
        }
        #expect(count >= 102)
    }

    @Test
    func `the servers that must have signed are those that other implementations name`() throws {
        var stages: Set<String> = []
        for line in try SharedData.objects(in: "vectors/vectors-sigpresence.jsonl.gz") {
            let version = try #require(RoomVersion(rawValue: line["room_version"]?.text?.string ?? ""))
            let event = try Event(try #require(line["event"]), roomVersion: version)
            let lacksSignature = event.requiredSigners.contains { event.signatures(by: $0)?.isEmpty ?? true }
            let stage = line["stage"]?.text?.string ?? ""
            #expect(lacksSignature == (stage == "validate"), "\(line["id"]?.text?.string ?? "")")
            stages.insert(stage)
        }
        #expect(stages == ["validate", "dep"])
    }
}

/// The examples of the Matrix specification, appendix "Cryptographic Test Vectors".
struct SignatureExampleTests {
    private let key = PublicKey(base64: UTF8Text("XGX0JRS2Af3be3knz2fBiRbApjm2Dh61gXDJA8kcJNI"))

    @Test(arguments: [
        ("{}", "K8280/U9SSy9IVtjBuVeLr+HpOB4BQFWbg+UZaADMtTdGYI7Geitb76LTrr5QV/7Xg4ahLwYGYZzuHGZKM5ZAQ"),
        (
            #"{"two":"Two","one":1}"#,
            "KqmLSbO39/Bzb0QIYE82zqLwsA+PDzYIpIRA2sRQ4sL53+sN6/fpNSoqE7BP7vBZhG6kYdD13EIMJpvhJI+6Bw"
        ),
    ])
    func `the signatures of objects verify`(text: String, signature: String) throws {
        let bytes = try JSONDocument(parsing: text).root.canonicalBytes()
        #expect(key?.verifies(UTF8Text(signature), of: bytes) == true)
        #expect(key?.verifies(UTF8Text(signature + "=="), of: bytes) == true)
        #expect(key?.verifies(UTF8Text(signature), of: bytes + [0x20]) == false)
    }

    @Test(arguments: [
        (
            Self.minimalEvent, RedactionRules.until10,
            "KxwGjPSDEtvnFgU00fwFz+l6d2pJM6XBIaMEn81SXPTRl16AqLAYqfIReFGZlHi5KLjAWbOoMszkwsQma+lYAg"
        ),
        (
            Self.minimalEvent, .since11,
            "Jxp+1glFcZM+nnHpY0EkedRR7u0VmKsJYGnQqIvqus3UvL5X/p1y6wSkLhGoTBel6MZ9lrMIzUqrjqFquWJKBw"
        ),
        (
            Self.contentEvent, .until10,
            "Wm+VzmOUOz08Ds+0NTWb1d4CZrVsJSikkeRxh6aCcUwu6pNC78FunoD7KNWzqFn241eYHYMGCA5McEiVPdhzBA"
        ),
        (
            Self.contentEvent, .since11,
            "4WQB/6LN2OtkUN/+18xUNB/U4RTX1N3EeKBdlCxux08YO8izKDrSRqML1XB8V97IK7AujkNO1xMl7TaBLA4kDw"
        ),
        (
            Self.createEvent, .since11,
            "0iTJ32BZFymf41Y7UBttP2wZ0JTo6UjsLDQuf+79LB+WeKVfoLyR2I8RF23ZdFgCuxtjVBl5MKXIOWP+ocELDw"
        ),
    ])
    func `the signatures of events verify`(text: String, redaction: RedactionRules, signature: String) throws {
        let object = try #require(try JSONDocument(parsing: text).root.object)
        var writer = CanonicalWriter()
        let type = EventType(try #require(object["type"]?.text))
        writer.writeRedacted(object, of: type, by: redaction) { $0 == "signatures" }
        #expect(key?.verifies(UTF8Text(signature), of: writer.bytes) == true)
    }

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
}

extension RedactionRules {
    fileprivate static let until10 = RoomVersion.v10.format.redaction
    fileprivate static let since11 = RoomVersion.v11.format.redaction
}
