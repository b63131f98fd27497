import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

struct IdentifierTests {
    @Test(arguments: [
        "@alice:a", "@:a", "@a b:a", "@å:a", "@alice:a.example:8448", "@a:[2001:db8::1]", "@a:1.2.3.4:80",
    ])
    func `user ids by the historical grammar`(text: String) throws {
        let user = try #require(UserID(UTF8Text(text)))
        #expect(user.description == text)
        #expect(
            user.serverName.description
                == String(text[text.index(after: text.firstIndex(of: ":") ?? text.startIndex)...])
        )
    }

    @Test(arguments: [
        "", "@", "alice:a", "@alice", "@alice:", "@alice:a b", "@alice:*", "@al\u{0}ice:a", "@alice:a:",
        "@alice:a:123456",
        "@alice:[::1", "@alice:[]", "@alice::8448", "@alice:a:port", "@alice:ä", "@alice:a_b", "#alice:a",
    ])
    func `what is no user id`(text: String) {
        #expect(UserID(UTF8Text(text)) == nil)
    }

    @Test
    func `a user id has at most 255 bytes`() {
        #expect(UserID(UTF8Text("@" + String(repeating: "x", count: 252) + ":a")) != nil)
        #expect(UserID(UTF8Text("@" + String(repeating: "x", count: 253) + ":a")) == nil)
        #expect(UserID(UTF8Text("@" + String(repeating: "é", count: 127) + ":a")) == nil)
    }

    @Test
    func `user ids and servers are told apart by bytes`() {
        #expect(UserID("@\u{E9}:a") != UserID("@e\u{301}:a"))
        #expect(ServerName("a") != ServerName("A"))
        #expect(ServerName("a") != ServerName("a:8448"))
    }

    @Test
    func `an event id is held as its hash, and reads as it was written`() throws {
        for text in [
            "$8yif6p8EqgoSten2BLje9ntKm720NyFLWQv9tn8memc", "$zRz9jjiT9wZc3Hl9ij_74aCmTjqV3YMlj9sj3Uqxg6o",
            "$zRz9jjiT9wZc3Hl9ij/74aCmTjqV3YMlj9sj3Uqxg6o",
        ] {
            #expect(EventID(text).isHash)
            #expect(EventID(text).description == text)
        }
    }

    /// Two texts that decode to the same hash are two ids.
    @Test(arguments: [
        "$8yif6p8EqgoSten2BLje9ntKm720NyFLWQv9tn8memd", "$8yif6p8EqgoSten2BLje9ntKm720NyFLWQv9tn8memc=", "$event:a",
        "$", "",
        "8yif6p8EqgoSten2BLje9ntKm720NyFLWQv9tn8memcc", "$zRz9jjiT9wZc3Hl9ij/74aCmTjqV3YMlj9sj3Uqxg_o",
    ])
    func `an id that no hash is written as is held as text`(text: String) {
        #expect(!EventID(text).isHash)
        #expect(EventID(text).description == text)
        #expect(EventID(text) != EventID("$8yif6p8EqgoSten2BLje9ntKm720NyFLWQv9tn8memc"))
    }

    /// What an event cites is its sender's choice: a table of ids must not become a list of those that look alike.
    @Test(arguments: [3, 14, 25, 38])
    func `ids that differ in any part of their hash are told apart by what tables go by`(offset: Int) {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let ids = digits.flatMap { first in
            digits.map { second in
                var text = Array("$" + String(repeating: "A", count: 43))
                (text[offset], text[offset + 1]) = (first, second)
                return EventID(String(text))
            }
        }
        #expect(ids.allSatisfy { $0.isHash })
        #expect(Set(ids.map(\.hashValue)).count == 4_096)
    }

    @Test
    func `ids in either alphabet are two ids, where the alphabets differ`() {
        #expect(
            EventID("$zRz9jjiT9wZc3Hl9ij/74aCmTjqV3YMlj9sj3Uqxg6o")
                != EventID("$zRz9jjiT9wZc3Hl9ij_74aCmTjqV3YMlj9sj3Uqxg6o")
        )
    }

    @Test
    func `a room id and the id of its create event name each other since v12`() {
        let id = EventID("$P5-6WTYQ_woy6f4nmleE0XqxjtZcyKGza5_gDN-KAdM")
        let room = RoomID(createdBy: id)
        #expect(room.description == "!P5-6WTYQ_woy6f4nmleE0XqxjtZcyKGza5_gDN-KAdM")
        #expect(room.createEventID == id)
        #expect(room.serverName == nil)
        #expect(RoomID(UTF8Text("!a:b:c"))?.serverName == "b:c")
        #expect(RoomID(UTF8Text("a:b")) == nil)
    }
}

struct Base64Tests {
    @Test(arguments: [
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
        ("foobar", "Zm9vYmFy"),
    ])
    func `the specification's examples`(text: String, encoded: String) {
        #expect(String(decoding: Base64.encode(Array(text.utf8)), as: UTF8.self) == encoded)
        #expect(Base64.decode(Array(encoded.utf8)) == Array(text.utf8))
    }

    @Test(arguments: ["Zg==", "Zm8=", "Zm9v"])
    func `padding is accepted`(text: String) {
        #expect(Base64.decode(Array(text.utf8)) != nil)
    }

    @Test(arguments: ["Z", "Zg=", "Zg===", "Zm9v=", "Zm9v====", "Z=g=", "Zm 9v", "Zm9v\n", "Zm9é", "=", "Zm9vY"])
    func `what is no base64 is refused`(text: String) {
        #expect(Base64.decode(Array(text.utf8)) == nil)
    }

    @Test
    func `every byte goes through both alphabets`() {
        let bytes = (0...255).map { UInt8($0) } + [0xFB, 0xFF, 0xBF]
        for alphabet in [Base64.Alphabet.standard, .urlSafe] {
            #expect(Base64.decode(Base64.encode(bytes, alphabet: alphabet)) == bytes)
        }
        #expect(String(decoding: Base64.encode([0xFB, 0xFF]), as: UTF8.self) == "+/8")
        #expect(String(decoding: Base64.encode([0xFB, 0xFF], alphabet: .urlSafe), as: UTF8.self) == "-_8")
    }

    /// The seed of the specification's example key is printed with bits behind its last byte.
    @Test
    func `bits behind the last byte are ignored`() {
        let seed = "YJDBA9Xnr2sVqXD9Vj7XVUnmFZcZrlw8Md7kMW+3XA"
        #expect(Base64.decode(Array("\(seed)1".utf8)) == Base64.decode(Array("\(seed)0".utf8)))
    }
}
