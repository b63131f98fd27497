import AuthGraph
import CanonicalJSON
import MatrixEvents

extension OutcomeChange {
    /// What a notification says: event ids in hexadecimal with spaces between, or `*` for everything. What cannot be read
    /// may be about anything.
    init(payload: String) {
        var ids: [EventID] = []
        for word in payload.utf8.split(separator: UInt8(ascii: " ")) {
            guard let bytes = [UInt8](hexadecimal: word), let text = UTF8Text(validating: bytes) else {
                self = .unseen
                return
            }
            ids.append(EventID(text))
        }
        self = ids.isEmpty ? .unseen : .of(ids)
    }
}

extension [UInt8] {
    fileprivate init?(hexadecimal text: Substring.UTF8View.SubSequence) {
        guard text.count.isMultiple(of: 2) else { return nil }
        self.init()
        var high: UInt8?
        for character in text {
            guard let digit = Character(Unicode.Scalar(character)).hexDigitValue.map(UInt8.init) else { return nil }
            if let first = high {
                append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
    }
}
