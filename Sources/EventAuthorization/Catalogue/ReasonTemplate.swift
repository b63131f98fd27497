import CanonicalJSON

/// A sentence with the names of compared values in braces: `"{user} is banned"`.
struct ReasonTemplate: Sendable {
    private enum Piece {
        case words([UInt8])
        case value(UTF8Text)
    }

    /// Characters of one value that a reason quotes; a hostile event can hold very long ones.
    private static let valueLimit = 255

    private let pieces: [Piece]

    init(text: String) {
        var pieces: [Piece] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            pieces.append(.words(Array(rest[..<open].utf8)))
            pieces.append(.value(UTF8Text(rest[rest.index(after: open)..<close])))
            rest = rest[rest.index(after: close)...]
        }
        self.pieces = pieces + [.words(Array(rest.utf8))]
    }

    /// The sentence with the values of `comparison` in place of their names.
    func filled(_ comparison: Comparison) -> String {
        var sentence: [UInt8] = []
        sentence.reserveCapacity(192)
        for piece in pieces {
            switch piece {
            case .words(let words): sentence += words
            case .value(let name): Self.quote(comparison[name], in: &sentence)
            }
        }
        return String(decoding: sentence, as: UTF8.self)
    }

    /// Whether `comparison` has every value that the sentence names.
    func isComplete(with comparison: Comparison) -> Bool {
        pieces.allSatisfy { piece in
            guard case .value(let name) = piece else { return true }
            guard case .absent = comparison[name] else { return true }
            return false
        }
    }

    private static func quote(_ value: Comparison.Value, in sentence: inout [UInt8]) {
        if case .text(let text) = value, text.count <= valueLimit {
            sentence += text.bytes
        } else {
            let text = value.description
            let end = text.index(text.startIndex, offsetBy: valueLimit, limitedBy: text.endIndex) ?? text.endIndex
            sentence += text[..<end].utf8
            if end < text.endIndex { sentence += "…".utf8 }
        }
    }
}

extension Comparison {
    /// The value that was compared under `name`; absent where there was none.
    fileprivate subscript(name: UTF8Text) -> Value {
        values.first { name == $0.0 }?.1 ?? .absent
    }
}
