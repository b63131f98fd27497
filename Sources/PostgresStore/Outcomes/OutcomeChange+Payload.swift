import AuthGraph
import CanonicalJSON
import MatrixEvents

extension OutcomeChange {
    /// What a notification says: event ids in hexadecimal with spaces between, or `*` for everything. What cannot be read
    /// may be about anything.
    init(payload: String) {
        var ids: [EventID] = []
        for word in payload.utf8.split(separator: UInt8(ascii: " ")) {
            guard let bytes = Hexadecimal.decode(word), let text = UTF8Text(validating: bytes) else {
                self = .unseen
                return
            }
            ids.append(EventID(text))
        }
        self = ids.isEmpty ? .unseen : .of(ids)
    }
}
