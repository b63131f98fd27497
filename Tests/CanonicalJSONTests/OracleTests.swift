import CanonicalJSON
import Foundation
import Testing

/// What Foundation reads, too.
struct OracleTests {
    @Test(arguments: UInt64(0)..<200)
    func `random texts mean to Foundation what they mean here`(seed: UInt64) throws {
        var texts = RandomJSON(seed: seed)
        let text = texts.value(depth: 4)
        let expected = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
        let canonical = try JSONDocument(parsing: text).root.canonicalBytes()
        let read = try JSONSerialization.jsonObject(with: Data(canonical), options: .fragmentsAllowed)
        #expect(read as? NSObject == expected as? NSObject, "\(text)")
        #expect(try JSONDocument(parsing: canonical).root.canonicalBytes() == canonical, "\(text)")
    }

    @Test(arguments: UInt64(0)..<50)
    func `a text cut short is refused and harms nothing`(seed: UInt64) throws {
        var texts = RandomJSON(seed: seed)
        let bytes = Array("[\(texts.value(depth: 4))]".utf8)
        for count in 0..<bytes.count {
            let error = #expect(throws: JSONSyntaxError.self) { try JSONDocument(parsing: Array(bytes[..<count])) }
            #expect((error?.offset ?? 0) <= count)
        }
    }

    @Test(arguments: UInt64(0)..<50)
    func `a text with a byte changed harms nothing, and Foundation agrees where it is read`(seed: UInt64) throws {
        var texts = RandomJSON(seed: seed)
        let bytes = Array(texts.value(depth: 3).utf8)
        for offset in bytes.indices {
            var changed = bytes
            changed[offset] = UInt8.random(in: .min ... .max, using: &texts.generator)
            // Foundation refuses numbers past every double, such as 1e999.
            guard let document = try? JSONDocument(parsing: changed),
                let there = try? JSONSerialization.jsonObject(with: Data(changed), options: .fragmentsAllowed)
            else { continue }
            let canonical = document.root.canonicalBytes()
            let here = try JSONSerialization.jsonObject(with: Data(canonical), options: .fragmentsAllowed)
            #expect(here as? NSObject == there as? NSObject)
        }
    }
}

/// Random JSON texts with odd white space, escapes and key orders; the same for the same seed.
private struct RandomJSON {
    var generator: SplitMix64

    init(seed: UInt64) {
        generator = SplitMix64(state: seed)
    }

    mutating func value(depth: Int) -> String {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &generator) {
        case 0: ["null", "true", "false"].randomElement(using: &generator) ?? "null"
        case 1: String(Int64.random(in: -9_007_199_254_740_991...9_007_199_254_740_991, using: &generator))
        case 2: String(Int.random(in: -20...20, using: &generator))
        case 3, 4: string()
        case 5: "[" + items { $0.value(depth: depth - 1) } + "]"
        default: "{" + members(depth: depth) + "}"
        }
    }

    private mutating func members(depth: Int) -> String {
        var number = 0
        return items { texts in
            number += 1
            // The number keeps keys apart.
            let key = texts.string().dropLast() + "\(number)\""
            return key + texts.space() + ":" + texts.space() + texts.value(depth: depth - 1)
        }
    }

    private mutating func items(_ item: (inout RandomJSON) -> String) -> String {
        let items = (0..<Int.random(in: 0..<6, using: &generator)).map { _ in space() + item(&self) + space() }
        return items.joined(separator: ",")
    }

    private mutating func space() -> String {
        ["", "", " ", "\n", "\t \r"].randomElement(using: &generator) ?? ""
    }

    private mutating func string() -> String {
        let pieces = [
            "a", "Z", "room", #"\n"#, #"\u0041"#, #"\u65e5"#, #"\ud83e\udd8a"#, "é", "日", "🦊", #"\""#, #"\\"#, "/",
            #"\/"#,
            #"\u001f"#, "plain text that is longer than a word",
        ]
        let text = (0..<Int.random(in: 0..<8, using: &generator)).map { _ in
            pieces.randomElement(using: &generator) ?? ""
        }
        return "\"" + text.joined() + "\""
    }
}

private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
