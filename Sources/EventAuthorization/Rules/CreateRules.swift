import CanonicalJSON
import MatrixEvents

extension RuleWalk {
    func decideCreate() throws(Decision) -> Never {
        let content = CreateContent(event)
        try reject(
            .createPrevEvents,
            if: !event.prevEvents.isEmpty,
            comparing: ["prev_events": .count(event.prevEvents.count)]
        )
        if rules.createIsImpliedByRoomID {
            try reject(.createHasRoomID, if: event.json["room_id"] != nil)
        } else {
            try reject(
                .createRoomIDDomain,
                if: event.roomID.serverName != event.sender.serverName,
                comparing: ["room_id": .text(event.roomID.text), "sender": .user(event.sender)]
            )
        }
        try reject(
            .createRoomVersionUnknown,
            if: content.namesUnknownRoomVersion,
            comparing: ["room_version": content.roomVersion.map { .json($0) } ?? .absent]
        )
        switch rules.creators {
        case .namedInContent:
            try reject(.createCreatorMissing, if: !content.namesCreator)
        case .sender:
            break
        case .senderAndAdditional:
            try reject(
                .createAdditionalCreatorsInvalid,
                if: content.hasInvalidAdditionalCreators,
                comparing: ["additional_creators": content.additionalCreators.map { .json($0) } ?? .absent]
            )
        }
        try allow(.createAllow)
    }
}

extension CreateContent {
    /// A version that is not a string, or none of the specification's.
    fileprivate var namesUnknownRoomVersion: Bool {
        guard let roomVersion else { return false }
        guard let text = roomVersion.text else { return true }
        return !RoomVersion.specified.contains { text == UTF8Text($0.rawValue) }
    }

    /// Anything but an array of user ids.
    fileprivate var hasInvalidAdditionalCreators: Bool {
        guard let additionalCreators else { return false }
        guard let users = additionalCreators.array else { return true }
        return !users.allSatisfy { $0.text.flatMap { UserID($0) } != nil }
    }
}
