import CanonicalJSON

/// A sentence with the names of compared values in braces: `"{user} is banned"`.
struct ReasonTemplate: Sendable {
    /// Words, or the name of a value, by where they stand in the text.
    private enum Piece {
        case words(Range<Int>)
        case value(Range<Int>)
    }

    /// Characters of one value that a reason quotes; a hostile event can hold very long ones.
    private static let valueLimit = 255

    private let text: [UInt8]
    private let pieces: [Piece]

    init(text: String) {
        let text = Array(text.utf8)
        var pieces: [Piece] = []
        var start = 0
        while let open = text[start...].firstIndex(of: UInt8(ascii: "{")),
            let close = text[open...].firstIndex(of: UInt8(ascii: "}"))
        {
            pieces.append(.words(start..<open))
            pieces.append(.value(open + 1..<close))
            start = close + 1
        }
        self.text = text
        self.pieces = pieces + [.words(start..<text.count)]
    }

    /// Appends the sentence with the values of `comparison` in place of their names, in UTF-8.
    func append(to sentence: inout [UInt8], filledWith comparison: Comparison) {
        for piece in pieces {
            switch piece {
            case .words(let words): sentence.append(text.span.extracting(words))
            case .value(let name): Self.quote(comparison[text.span.extracting(name)], in: &sentence)
            }
        }
    }

    /// Whether `comparison` has every value that the sentence names.
    func isComplete(with comparison: Comparison) -> Bool {
        pieces.allSatisfy { piece in
            guard case .value(let name) = piece else { return true }
            guard case .absent = comparison[text.span.extracting(name)] else { return true }
            return false
        }
    }

    private static func quote(_ value: Comparison.Value, in sentence: inout [UInt8]) {
        if case .text(let text) = value, text.count <= valueLimit { return text.withSpan { sentence.append($0) } }
        let text = value.description
        if text.utf8.count <= valueLimit { return sentence.append(text.utf8Span.span) }
        let end = text.index(text.startIndex, offsetBy: valueLimit, limitedBy: text.endIndex) ?? text.endIndex
        sentence += text[..<end].utf8
        if end < text.endIndex { sentence += "…".utf8 }
    }
}

extension Comparison {
    /// The value that was compared under `name`; absent where there was none.
    fileprivate subscript(name: Span<UInt8>) -> Value {
        for (valueName, value) in values where name == valueName { return value }
        return .absent
    }
}
