package import CanonicalJSON

/// The id of a user: `@localpart:server`, by the historical grammar: any localpart without `:` and NUL, also an empty
/// one, a valid server name, 255 bytes at most (Matrix specification, appendix "Historical User IDs").
package struct UserID: Hashable, Sendable {
    package let text: UTF8Text
    private let colon: Int

    /// `nil` where `text` is not a user id.
    package init?(_ text: UTF8Text) {
        guard let id = UserID(ofAnyLength: text), text.count <= Self.lengthLimit else { return nil }
        self = id
    }

    /// `nil` where `text` is not a user id, but for its length.
    init?(ofAnyLength text: UTF8Text) {
        guard text[0] == UInt8(ascii: "@"), let colon = text.firstOffset(of: UInt8(ascii: ":")),
            text.firstOffset(of: 0) == nil
        else { return nil }
        self.text = text
        self.colon = colon
        guard serverName.isValid else { return nil }
    }

    /// The same id in the memory of `text`, which reads the same.
    func detached(as text: UTF8Text) -> UserID { UserID(text: text, colon: colon) }

    private init(text: UTF8Text, colon: Int) {
        self.text = text
        self.colon = colon
    }

    /// Bytes, sigil and server name included.
    package static let lengthLimit = 255

    /// What follows the first `:`.
    package var serverName: ServerName { ServerName(text.dropFirst(colon + 1)) }

    package static func == (left: UserID, right: UserID) -> Bool {
        left.text == right.text
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(text)
    }
}

extension UserID: CustomStringConvertible {
    package var description: String { text.string }
}
