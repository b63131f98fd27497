import CanonicalJSON
import Testing

struct UTF8TextTests {
    @Test
    func `texts that look the same and differ in bytes are different`() {
        let composed = UTF8Text("\u{E9}")
        let decomposed = UTF8Text("e\u{301}")
        #expect(composed.string == decomposed.string)
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed]).count == 2)
        #expect(decomposed < composed)
    }

    @Test
    func `equal texts are equal wherever they are stored`() throws {
        let array = try #require(JSONDocument(parsing: #"["m.room.member","m.room.m\u0065mber"]"#).root.array)
        let texts = array.compactMap(\.text) + [UTF8Text("m.room.member")]
        #expect(Set(texts).count == 1)
        #expect(texts.allSatisfy { $0 == "m.room.member" && $0 == texts[0] })
        #expect(!texts.contains { $0 == "m.room.membe" || $0 == "m.room.member2" || $0 == "n.room.member" })
    }

    @Test(arguments: [
        ("", "a"), ("a", "aa"), ("a", "b"), ("aaaaaaaaa", "aaaaaaaab"), ("Z", "a"), ("z", "é"),
        ("\u{FF5E}", "\u{1F98A}"),
    ])
    func `texts are ordered by bytes`(first: String, second: String) {
        #expect(UTF8Text(first) < UTF8Text(second))
        #expect(!(UTF8Text(second) < UTF8Text(first)))
        #expect(!(UTF8Text(first) < UTF8Text(first)))
    }

    @Test
    func `parts are cut by bytes and within bounds`() {
        let text = UTF8Text("abc")
        #expect(text.dropFirst(1) == "bc")
        #expect(text.dropFirst(9) == "")
        #expect(text.prefix(2) == "ab")
        #expect(text.prefix(9) == "abc")
        #expect(text.dropFirst(1).prefix(1) == "b")
        #expect(text[0] == UInt8(ascii: "a"))
        #expect(text[3] == nil)
        #expect(text[-1] == nil)
        #expect(text.dropFirst(1)[0] == UInt8(ascii: "b"))
        #expect(text.firstOffset(of: UInt8(ascii: "c")) == 2)
        #expect(text.dropFirst(1).firstOffset(of: UInt8(ascii: "a")) == nil)
        #expect(text.dropFirst(1).detached() == "bc")
    }

    @Test
    func `only UTF-8 makes a text`() {
        #expect(UTF8Text(validating: [0x61, 0xC3, 0xA9])?.string == "aé")
        #expect(UTF8Text(validating: [0xC3]) == nil)
        #expect(UTF8Text(validating: [0xED, 0xA0, 0x80]) == nil)
    }
}
