import Testing

@testable import eventauth

struct ShownTextTests {
    @Test(arguments: [
        ("plain, é 😀 \"'<>", "plain, é 😀 \"'<>"), ("a\u{1b}[2J", #"a\u{1b}[2J"#),
        ("a\nnothing found\r", #"a\u{a}nothing found\u{d}"#),
        ("\u{9b}0m\u{7f}\0", #"\u{9b}0m\u{7f}\u{0}"#), ("\u{202e}abc\u{2066}", #"\u{202e}abc\u{2066}"#),
        ("a\u{2028}b\u{2029}", #"a\u{2028}b\u{2029}"#),
    ])
    func `what would command a terminal stands there as its code`(text: String, shown: String) {
        #expect(text.shown == shown)
    }
}
