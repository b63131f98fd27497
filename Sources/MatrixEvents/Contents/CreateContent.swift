package import CanonicalJSON

/// The content of m.room.create, read as far as a rule asks.
package struct CreateContent: Sendable {
    private let content: JSONObject

    package init(_ event: Event) {
        content = event.content
    }

    package init(_ event: AuthEvent) {
        content = event.content
    }

    /// `room_version`, whatever its value; `nil` where the content has none, which means version 1.
    package var roomVersion: JSONValue? { content["room_version"] }

    /// Whether the content has `creator`, whatever its value.
    package var namesCreator: Bool { content["creator"] != nil }

    /// `creator`, where it is a string.
    package var creator: UTF8Text? { content["creator"]?.text }

    /// `additional_creators`, whatever its value.
    package var additionalCreators: JSONValue? { content["additional_creators"] }

    /// The strings of `additional_creators`.
    package var additionalCreatorIDs: Set<UTF8Text> {
        Set(additionalCreators?.array?.lazy.compactMap(\.text) ?? [])
    }

    package func namesAdditionalCreator(_ user: UTF8Text) -> Bool {
        additionalCreators?.array?.contains { $0.text == user } ?? false
    }

    /// `m.federate`, whatever its value.
    package var federate: JSONValue? { content["m.federate"] }
}
