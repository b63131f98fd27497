package import CanonicalJSON

/// The id of a room: `!opaque:domain`, or from room version 12 on `!` and the hash of the create event.
package struct RoomID: Hashable, Sendable {
    package let text: UTF8Text

    /// `nil` where `text` does not begin with `!`.
    package init?(_ text: UTF8Text) {
        guard text[0] == UInt8(ascii: "!") else { return nil }
        self.text = text
    }

    /// The room that a create event of room version 12 makes: its id with `!` in place of `$`.
    package init(createdBy id: EventID) {
        text = UTF8Text(utf8: [UInt8(ascii: "!")] + id.text.bytes.dropFirst())
    }

    /// The same id in memory of its own, so that it does not keep an event in memory.
    package func detached() -> RoomID { RoomID(detaching: self) }

    private init(detaching other: RoomID) {
        text = other.text.detached()
    }

    /// What follows the first `:`; `nil` where there is none.
    package var serverName: ServerName? { ServerName(after: UInt8(ascii: ":"), in: text) }

    /// The id of the create event that made the room, from room version 12 on.
    package var createEventID: EventID {
        EventID(UTF8Text(utf8: [UInt8(ascii: "$")] + text.bytes.dropFirst()))
    }
}

extension RoomID: CustomStringConvertible {
    package var description: String { text.string }
}
