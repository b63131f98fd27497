/// A sentence with the names of compared values in braces: `"{user} is banned"`.
struct ReasonTemplate: Sendable {
    private enum Piece {
        case words(String)
        case value(String)
    }

    /// Characters of one value that a reason quotes; a hostile event can hold very long ones.
    private static let valueLimit = 255

    private let pieces: [Piece]

    init(text: String) {
        var pieces: [Piece] = []
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            pieces.append(.words(String(rest[..<open])))
            pieces.append(.value(String(rest[rest.index(after: open)..<close])))
            rest = rest[rest.index(after: close)...]
        }
        self.pieces = pieces + [.words(String(rest))]
    }

    /// The sentence with the values of `comparison` in place of their names.
    func filled(_ comparison: Comparison) -> String {
        pieces.reduce(into: "") { sentence, piece in
            switch piece {
            case .words(let words): sentence += words
            case .value(let name): sentence += Self.quote(comparison[name])
            }
        }
    }

    /// Whether `comparison` has every value that the sentence names.
    func isComplete(with comparison: Comparison) -> Bool {
        pieces.allSatisfy { piece in
            guard case .value(let name) = piece else { return true }
            guard case .absent = comparison[name] else { return true }
            return false
        }
    }

    private static func quote(_ value: Comparison.Value) -> String {
        let text = value.description
        if text.utf8.count <= valueLimit { return text }
        guard let end = text.index(text.startIndex, offsetBy: valueLimit, limitedBy: text.endIndex) else { return text }
        return end == text.endIndex ? text : text[..<end] + "…"
    }
}

extension Comparison {
    /// The value that was compared under `name`; absent where there was none.
    fileprivate subscript(name: String) -> Value {
        values.first { $0.name.description == name }?.value ?? .absent
    }
}
