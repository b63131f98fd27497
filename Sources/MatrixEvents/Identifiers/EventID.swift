package import CanonicalJSON

/// The id of an event.
///
/// From room version 3 on an id is a hash, and is held as its 32 bytes. Ids of versions 1 and 2 are chosen by the
/// sender's server, and are held as text. Ids are equal where their text is, byte by byte.
package struct EventID: Hashable, Sendable {
    private enum Storage: Equatable {
        case hash(Hash256, isStandardAlphabet: Bool)
        case opaque(UTF8Text)
    }

    private let storage: Storage

    /// The id that reads `text`. Any text is an id; whether such an event exists is another question.
    package init(_ text: UTF8Text) {
        storage = text.withSpan { Self.hash(in: $0) } ?? .opaque(text.detached())
    }

    /// The id that reads `text`, which the caller knows to be UTF-8.
    init(utf8 text: Span<UInt8>) {
        storage = Self.hash(in: text) ?? .opaque(UTF8Text(utf8: text))
    }

    package init(_ string: String) {
        self.init(UTF8Text(string))
    }

    /// The id that is the reference hash of an event, written in `alphabet` (Matrix specification, room version 3).
    package init(referenceHash hash: Hash256, alphabet: Base64.Alphabet) {
        var isStandard = false
        if alphabet == .standard {
            var digits: [UInt8] = []
            hash.appendBase64(to: &digits, alphabet: .standard)
            isStandard = digits.contains { Base64.values[Int($0)].contains(.standardOnly) }
        }
        storage = .hash(hash, isStandardAlphabet: isStandard)
    }

    package var text: UTF8Text {
        if case .opaque(let text) = storage { return text }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(44)
        appendText(to: &bytes)
        return UTF8Text(utf8: bytes)
    }

    /// Appends ``text``.
    fileprivate func appendText(to bytes: inout [UInt8]) {
        switch storage {
        case .opaque(let text): text.withSpan { bytes.append($0) }
        case .hash(let hash, let isStandard):
            bytes.append(UInt8(ascii: "$"))
            hash.appendBase64(to: &bytes, alphabet: isStandard ? .standard : .urlSafe)
        }
    }

    /// Whether the id has the form of a hash, as all have from room version 3 on.
    package var isHash: Bool {
        if case .hash = storage { true } else { false }
    }

    /// What follows the first `:`, in room versions 1 and 2 the server that made the event; `nil` where there is none.
    package var serverName: ServerName? { ServerName(after: UInt8(ascii: ":"), in: text) }

    /// Bytes on the heap that the id keeps: none where it is held as a hash.
    package var textByteCount: Int {
        if case .opaque(let text) = storage { HeapSize.ofArray(of: UInt8.self, count: text.count) } else { 0 }
    }

    /// Whether this id stands before `other` in an order that all processes agree on. It is not the order of the text.
    package func precedes(_ other: EventID) -> Bool {
        switch (storage, other.storage) {
        case (.hash(let left, let isStandard), .hash(let right, _)):
            left == right ? !isStandard : left.precedes(right)
        case (.hash, .opaque): true
        case (.opaque, .hash): false
        case (.opaque(let left), .opaque(let right)): left < right
        }
    }

    /// 64 bits of the id, the same in every process.
    package var fingerprint: UInt64 {
        switch storage {
        case .hash(let hash, let isStandard): hash.firstWord ^ (isStandard ? 1 : 0)
        case .opaque(let text): Hash256(hashing: Array(text.bytes)).firstWord
        }
    }

    /// Only the very text that writing the hash gives again is held as a hash, so that equal ids have equal text.
    private static func hash(in text: Span<UInt8>) -> Storage? {
        guard text.count == 44, text[0] == UInt8(ascii: "$") else { return nil }
        return Hash256.reading(unpaddedBase64: text.extracting(1...)).map { .hash($0, isStandardAlphabet: $1) }
    }

    package func hash(into hasher: inout Hasher) {
        switch storage {
        // All of it: what an event cites is anybody's choice, and any number of ids may begin alike.
        case .hash(let hash, _): hasher.combine(hash)
        case .opaque(let text): hasher.combine(text)
        }
    }
}

extension JSONWriter {
    package mutating func eventID(_ id: EventID) {
        string { id.appendText(to: &$0) }
    }
}

extension EventID: CustomStringConvertible {
    package var description: String { text.string }
}
