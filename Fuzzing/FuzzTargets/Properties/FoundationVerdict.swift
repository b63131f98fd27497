import CanonicalJSON
import Foundation

/// What Foundation makes of a JSON text.
///
/// It is asked only where it reads the same language. It also takes UTF-16 and UTF-32, and UTF-8 behind a byte order
/// mark; it takes keys that stand twice, deeper nesting, and a comma behind the last value; it refuses numbers that no
/// double holds; and keys of which `String` makes no difference are one key to it.
struct FoundationVerdict {
    private let input: [UInt8]

    init(_ input: [UInt8]) {
        self.input = input
    }

    func checkRefusal(_ error: JSONSyntaxError) throws {
        switch error.problem {
        case .duplicateKey, .nestedTooDeep, .tooLong: return
        case .unexpected where endsWithComma(before: error.offset): return
        default: break
        }
        try hold("Foundation refuses it too, where \(error)", mayBeAnotherEncoding || read(input) == nil)
    }

    func checkReading(_ root: JSONValue) throws {
        let values = allValues(in: root)
        let isFinite = values.allSatisfy { $0.number?.double.isFinite ?? true }
        guard isFinite, values.allSatisfy(\.hasDistinctKeys), !mayBeAnotherEncoding else { return }
        guard let there = read(input) else { throw BrokenProperty(description: "Foundation reads it too") }
        try hold("Foundation reads the same", root.isSame(as: there))
    }

    private func read(_ text: [UInt8]) -> Any? {
        try? JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)
    }

    private func endsWithComma(before end: Int) -> Bool {
        let closing: [UInt8] = [UInt8(ascii: "]"), UInt8(ascii: "}")]
        let space: [UInt8] = [0x20, 0x0A, 0x0D, 0x09]
        return closing.contains(input[end]) && input[..<end].last { !space.contains($0) } == UInt8(ascii: ",")
    }

    /// Whether Foundation may take the text for another encoding than UTF-8, or skips its byte order mark.
    private var mayBeAnotherEncoding: Bool {
        let start = input.prefix(4)
        return start.contains(0) || start.starts(with: [0xEF, 0xBB, 0xBF]) || start.starts(with: [0xFE, 0xFF])
            || start.starts(with: [0xFF, 0xFE])
    }
}

extension JSONValue {
    fileprivate var hasDistinctKeys: Bool {
        guard let object else { return true }
        let keys = object.map(\.key.string)
        return Set(keys).count == keys.count
    }

    /// Whether the value is what Foundation made of it.
    fileprivate func isSame(as other: Any) -> Bool {
        if let text { return (other as? String)?.utf8.elementsEqual(text.bytes) ?? false }
        if let number { return number.isSame(as: other) }
        if let bool { return (other as? Bool) == bool }
        if let array { return array.isSame(as: other) }
        if let object { return object.isSame(as: other) }
        return other is NSNull
    }
}

extension JSONNumber {
    fileprivate func isSame(as other: Any) -> Bool {
        guard let other = other as? NSNumber else { return false }
        if let int64 { return other.int64Value == int64 }
        // Foundation rounds long numbers twice.
        return abs(other.doubleValue - double) <= abs(double) * 1e-14
    }
}

extension JSONArray {
    fileprivate func isSame(as other: Any) -> Bool {
        guard let items = other as? [Any], items.count == count else { return false }
        return zip(self, items).allSatisfy { $0.isSame(as: $1) }
    }
}

extension JSONObject {
    fileprivate func isSame(as other: Any) -> Bool {
        guard let members = other as? [String: Any], members.count == reduce(0, { count, _ in count + 1 }) else {
            return false
        }
        return allSatisfy { key, value in members[key.string].map { value.isSame(as: $0) } ?? false }
    }
}
