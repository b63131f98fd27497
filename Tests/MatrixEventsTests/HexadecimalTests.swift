import MatrixEvents
import Testing

struct HexadecimalTests {
    @Test
    func `bytes are pairs of digits, in lower case`() {
        #expect(Hexadecimal.encode([0x00, 0x0A, 0x9F, 0xFF]) == "000a9fff")
        #expect(Hexadecimal.decode("000a9FfF".utf8) == [0x00, 0x0A, 0x9F, 0xFF])
        #expect(Hexadecimal.decode("".utf8) == [])
        let all = Array(UInt8.min...UInt8.max)
        #expect(Hexadecimal.decode(Hexadecimal.encode(all).utf8) == all)
    }

    @Test(arguments: ["0", "0g", "g0", " 0", "0x", "-1", "+1", "00 ", "\u{0661}0", "\u{FF11}\u{FF11}"])
    func `what is not pairs of digits is nothing`(text: String) {
        #expect(Hexadecimal.decode(text.utf8) == nil)
    }
}
