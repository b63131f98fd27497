/// Why bytes are not JSON as Matrix means it, and where.
package struct JSONSyntaxError: Error, Equatable, Sendable {
    package enum Problem: Equatable, Sendable {
        case unexpectedEnd
        case unexpected(UInt8, expected: String)
        case controlCharacterInString(UInt8)
        case invalidEscape
        case loneSurrogate
        case invalidUTF8
        case invalidNumber
        case duplicateKey(String)
        case nestedTooDeep(limit: Int)
        case trailingBytes
        case tooLong
    }

    package let problem: Problem
    /// Bytes from the start of the input.
    package let offset: Int

    package init(problem: Problem, offset: Int) {
        self.problem = problem
        self.offset = offset
    }
}

extension JSONSyntaxError: CustomStringConvertible {
    package var description: String { "\(explanation) at byte \(offset)" }

    private var explanation: String {
        switch problem {
        case .unexpectedEnd: "the text ends too early"
        case .unexpected(let byte, let expected): "found \(Self.name(byte)) where \(expected) was expected"
        case .controlCharacterInString(let byte): "a string holds the unescaped control character \(Self.name(byte))"
        case .invalidEscape: "a string holds an escape that JSON does not know"
        case .loneSurrogate: "a string holds half of a surrogate pair"
        case .invalidUTF8: "the text is not UTF-8"
        case .invalidNumber: "a number is not written as JSON writes numbers"
        case .duplicateKey(let key): "an object has the key \"\(key)\" twice"
        case .nestedTooDeep(let limit): "values are nested more than \(limit) deep"
        case .trailingBytes: "something follows the value"
        case .tooLong: "the text is longer than 1 GiB"
        }
    }

    private static func name(_ byte: UInt8) -> String {
        byte > 0x20 && byte < 0x7F ? "'\(Character(UnicodeScalar(byte)))'" : "byte \(byte)"
    }
}
