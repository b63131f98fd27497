package import CanonicalJSON

/// Takes requests apart at random places. The same seed gives the same requests.
package struct Mutation: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    /// SplitMix64.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    /// `json` with one to three values, keys or items changed, removed or moved.
    package mutating func changed(_ json: TestJSON) -> TestJSON {
        (0..<Int.random(in: 1...3, using: &self)).reduce(json) { json, _ in changedOnce(json) }
    }

    /// `bytes` with a few of them changed, removed or repeated.
    package mutating func changed(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &self) where !bytes.isEmpty {
            let place = Int.random(in: bytes.indices, using: &self)
            switch Int.random(in: 0..<5, using: &self) {
            case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
            case 1: bytes[place] = UInt8.random(in: .min ... .max, using: &self)
            case 2: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 1...40, using: &self)))
            case 3: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 20)], at: place)
            default: bytes.removeSubrange(place...)
            }
        }
        return bytes
    }

    private mutating func changedOnce(_ json: TestJSON) -> TestJSON {
        switch json {
        case .object(var members) where !members.isEmpty && Int.random(in: 0..<8, using: &self) > 0:
            let place = Int.random(in: members.indices, using: &self)
            switch Int.random(in: 0..<10, using: &self) {
            case 0: members.remove(at: place)
            case 1: members[place].key = Self.texts.randomElement(using: &self) ?? ""
            case 2: members[place].value = members[Int.random(in: members.indices, using: &self)].value
            default: members[place].value = changedOnce(members[place].value)
            }
            return .object(members)
        case .array(var items) where !items.isEmpty && Int.random(in: 0..<8, using: &self) > 0:
            let place = Int.random(in: items.indices, using: &self)
            switch Int.random(in: 0..<8, using: &self) {
            case 0: items.remove(at: place)
            case 1: items.append(items[place])
            case 2: items.shuffle(using: &self)
            default: items[place] = changedOnce(items[place])
            }
            return .array(items)
        default:
            return Self.values.randomElement(using: &self) ?? nil
        }
    }

    private static let texts = [
        "", "$", "@", "!", ":", "@:", "@:a", "$:a", "!:", "\0", "é", "e\u{301}", "😀", "@alice:a", "@bob:b", "!room:a",
        "m.room.create", "m.room.member", "m.room.power_levels", "m.room.join_rules", "m.room.third_party_invite",
        "join", "ban", "invite", "knock", "restricted", "signed", "token", "event_id", "room_id", "state_key",
        "content",
        "auth_events", "prev_events", "unsigned", "1", "12", "draft-2014", "13", "format", "hash", "signatures",
        "policy",
        String(repeating: "x", count: 300), "$" + String(repeating: "A", count: 43),
        "!" + String(repeating: "A", count: 43), String(repeating: "@", count: 5_000),
    ]

    private static let values: [TestJSON] =
        texts.map { .string($0) } + [
            nil, true, false, 0, -1, 1, [], [:], [[]], [[:]], [nil], ["": nil], 9_007_199_254_740_991,
            9_007_199_254_740_992, 9_223_372_036_854_775_807,
        ]
        + [
            "-0", "0.1", "1e400", "-1e-400", "1E3", "9223372036854775808", "-9223372036854775809",
            String(repeating: "9", count: 5_000),
            String(repeating: "[", count: 200) + String(repeating: "]", count: 200),
            String(repeating: #"{"a":"#, count: 240) + "1" + String(repeating: "}", count: 240),
            #"["$x",{"sha256":""}]"#, #"{"users":{"@alice:a":"100"}}"#, #""\ud83d\ude00\u0000""#,
        ].map { .raw($0) }
}

extension TestJSON {
    /// `value` down to its last part, so that every part of it can be changed.
    package init(takenApart value: JSONValue) {
        if let object = value.object {
            self = .object(object.map { (key: $0.key.string, value: TestJSON(takenApart: $0.value)) })
        } else if let array = value.array {
            self = .array(array.map { TestJSON(takenApart: $0) })
        } else {
            self.init(value)
        }
    }
}
