import CanonicalJSON
import Testing

struct StringTests {
    private func text(_ json: String) throws -> String {
        try #require(JSONDocument(parsing: json).root.text).string
    }

    @Test(arguments: [
        (#""""#, ""), (#""plain""#, "plain"), (#""\" \\ \/""#, #"" \ /"#), (#""\b\f\n\r\t""#, "\u{8}\u{C}\n\r\t"),
        (#""\u0041\u00e9\u65E5""#, "Aé日"), (#""\ud83e\udd8a""#, "🦊"), (#""\u0000""#, "\0"), (#""\uFFFF""#, "\u{FFFF}"),
        (#""before \u0041 after, long enough for words""#, "before A after, long enough for words"),
    ])
    func `escapes are decoded`(json: String, expected: String) throws {
        #expect(try text(json).utf8.elementsEqual(expected.utf8))
    }

    @Test
    func `a value gives back the bytes that it was read from`() throws {
        let json = #"{"a\u0041": "b\"\u0042", "c": [1.0, "\\"]}"#
        let object = try #require(JSONDocument(parsing: json).root.object)
        #expect(object.map { $0.key.string } == ["aA", "c"])
        #expect(object.map { String(decoding: $0.value.source, as: UTF8.self) } == [#""b\"\u0042""#, #"[1.0, "\\"]"#])
    }

    /// Table 3-7 of the Unicode Standard, from either side of every bound.
    @Test(
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x7F], [0xC2, 0xC0], [0xE0, 0x9F, 0xBF],
            [0xE0, 0xA0], [0xE0, 0xA0, 0x7F], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xEF, 0xBF],
            [0xF0, 0x8F, 0xBF, 0xBF],
            [0xF0, 0x90, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xFE],
            [0xF1, 0x80, 0x80, 0xC0], [0xE1, 0x80, 0xFF],
        ] as [[UInt8]]
    )
    func `bytes that are not UTF-8 are refused where they stand`(bytes: [UInt8]) {
        for padding in 0..<9 {
            let prefix = [UInt8(ascii: "\"")] + Array(repeating: UInt8(ascii: "x"), count: padding)
            let error = #expect(throws: JSONSyntaxError.self) {
                try JSONDocument(parsing: prefix + bytes + Array("\"".utf8))
            }
            #expect(error == JSONSyntaxError(problem: .invalidUTF8, offset: prefix.count))
        }
    }

    @Test(arguments: [
        "\u{80}", "\u{7FF}", "\u{800}", "\u{FFF}", "\u{D7FF}", "\u{E000}", "\u{FFFF}", "\u{10000}", "\u{10FFFF}",
        "\u{7F}",
    ])
    func `the first and last scalars of each length are read`(scalar: String) throws {
        #expect(try text("\"\(scalar)\"").utf8.elementsEqual(scalar.utf8))
    }

    @Test(arguments: [
        #"\ud800"#, #"\udc00"#, #"\udfff"#, #"\ud800\u0041"#, #"\ud800\ud800"#, #"\ud800x"#, #"\udbff\n"#,
    ])
    func `half of a surrogate pair is refused`(escape: String) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONDocument(parsing: "\"ab\(escape)\"") }
        #expect(error == JSONSyntaxError(problem: .loneSurrogate, offset: 3))
    }

    @Test(arguments: [#"\x"#, #"\'"#, #"\U0041"#, #"\ "#])
    func `an escape that JSON does not know is refused`(escape: String) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONDocument(parsing: "\"\(escape)\"") }
        #expect(error == JSONSyntaxError(problem: .invalidEscape, offset: 1))
    }

    @Test(arguments: [#"\u00g1"#, #"\u 041"#, #"\u00４1"#, #"\u00""#])
    func `an escape without four hexadecimal digits is refused`(escape: String) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONDocument(parsing: "\"\(escape)\" ") }
        #expect(error?.problem == .invalidEscape)
    }

    @Test(arguments: UInt8(0)..<0x20)
    func `a control character has to be escaped`(byte: UInt8) {
        for padding in [0, 3, 8] {
            let text = Array("\"\(String(repeating: "x", count: padding))".utf8) + [byte] + Array("12345678\"".utf8)
            let error = #expect(throws: JSONSyntaxError.self) { try JSONDocument(parsing: text) }
            #expect(error == JSONSyntaxError(problem: .controlCharacterInString(byte), offset: padding + 1))
        }
    }
}
