package import CanonicalJSON

/// An event as those that cite it see it: what the rules read of the events that authorize another one, and no more.
///
/// Most auth events are memberships, of which one word counts. The content of the few others is kept as it came.
package final class AuthEvent: Sendable {
    // In this order the properties of a membership take 120 bytes, its header included.
    package let id: EventID
    package let roomVersion: RoomVersion
    /// Of an m.room.member event: the membership it states; `nil` where it states none.
    package let membership: Membership?
    /// Whether this is the event that makes a room: m.room.create, whatever its state key.
    package let isCreate: Bool
    package let roomID: RoomID
    package let sender: UserID
    package let stateKey: UTF8Text?
    /// `nil` for m.room.member.
    private let particulars: Particulars?

    /// What only the few auth events have that are no memberships.
    private final class Particulars: Sendable {
        let type: EventType
        let content: JSONObject
        let hasLostRoomVersion: Bool
        /// Of m.room.power_levels: the content as its room version has it.
        let powerLevels: PowerLevelsContent?

        init(_ event: Event) {
            type = event.type
            content = event.content
            powerLevels = Self.powerLevels(event.type, event.content, event.roomVersion)
            // Only of such an event anybody asks, and the hash takes its time.
            let namesNoVersion = event.isCreate && CreateContent(event).roomVersion == nil
            hasLostRoomVersion = namesNoVersion && !event.contentHashMatches
        }

        /// Those of a stripped event.
        init(_ type: EventType, _ content: JSONObject, _ version: RoomVersion) {
            self.type = type
            self.content = content
            hasLostRoomVersion = false
            powerLevels = Self.powerLevels(type, content, version)
        }

        /// The same in memory of its own.
        init(detaching other: Particulars) {
            type = other.type
            content = other.type.isRead ? other.content.detached() : .empty
            hasLostRoomVersion = other.hasLostRoomVersion
            powerLevels = other.powerLevels.map { [content] in PowerLevelsContent(content, grammar: $0.grammar) }
        }

        private static func powerLevels(
            _ type: EventType,
            _ content: JSONObject,
            _ version: RoomVersion
        ) -> PowerLevelsContent? {
            type == .powerLevels ? PowerLevelsContent(content, grammar: version.levelGrammar) : nil
        }
    }

    /// The event as it is cited, in the memory of the PDU that it was read from.
    package init(_ event: Event) {
        id = event.id
        roomVersion = event.roomVersion
        roomID = event.roomID
        sender = event.sender
        stateKey = event.stateKey
        let isMember = event.type == .member
        membership = isMember ? MemberContent(event.content).membership : nil
        isCreate = event.isCreate
        particulars = isMember ? nil : Particulars(event)
    }

    /// The event as it is cited, in memory of its own, so that its PDU need not stay.
    ///
    /// - Parameter roomID: the event's room id; its memory is shared.
    package init(detached event: AuthEvent, sharing roomID: RoomID) {
        id = event.id
        roomVersion = event.roomVersion
        membership = event.membership
        isCreate = event.isCreate
        self.roomID = roomID
        (sender, stateKey) = event.sender.detached(with: event.stateKey)
        particulars = event.particulars.map { Particulars(detaching: $0) }
    }

    /// A stripped state event: what a server shows of a room's state to those outside (client-server API, "Stripped state").
    package init(
        stripped type: EventType,
        stateKey: UTF8Text,
        sender: UserID,
        content: JSONObject,
        in roomID: RoomID,
        roomVersion: RoomVersion
    ) {
        id = .ofNoEvent
        self.roomVersion = roomVersion
        self.roomID = roomID
        self.sender = sender
        self.stateKey = stateKey
        let isMember = type == .member
        membership = isMember ? MemberContent(content).membership : nil
        isCreate = type == .create
        particulars = isMember ? nil : Particulars(type, content, roomVersion)
    }

    /// The membership of `user`, taken for granted.
    ///
    /// - Parameter id: the id of the event in whose place this one stands; `nil` where it is to name none.
    package init(
        assuming membership: Membership,
        of user: UserID,
        in roomID: RoomID,
        roomVersion: RoomVersion,
        id: EventID? = nil
    ) {
        self.id = id ?? .ofNoEvent
        self.roomVersion = roomVersion
        self.membership = membership
        self.roomID = roomID
        sender = user
        stateKey = user.text
        isCreate = false
        particulars = nil
    }

    /// A state event that there is not, so that it can be asked what would be decided by it.
    ///
    /// - Parameter id: what it is cited by.
    package init(
        supposing content: JSONObject,
        at place: StateKey,
        by sender: UserID,
        in roomID: RoomID,
        roomVersion: RoomVersion,
        id: EventID
    ) {
        self.id = id
        self.roomVersion = roomVersion
        self.roomID = roomID
        self.sender = sender
        stateKey = place.key
        let isMember = place.type == .member
        membership = isMember ? MemberContent(content).membership : nil
        isCreate = place.type == .create
        particulars = isMember ? nil : Particulars(place.type, content, roomVersion)
    }

    /// Whether the event came stripped, or is assumed: it has no id, and nothing vouches for it.
    package var isStripped: Bool { id == .ofNoEvent }

    package var type: EventType { particulars?.type ?? .member }

    /// The event's content. That of memberships, and of events that no rule reads, may be missing.
    package var content: JSONObject { particulars?.content ?? .empty }

    /// The content as power levels in `grammar`.
    package func powerLevels(in grammar: LevelGrammar) -> PowerLevelsContent {
        if let read = particulars?.powerLevels, read.grammar == grammar { return read }
        return PowerLevelsContent(content, grammar: grammar)
    }

    /// Where the event stands in the room's state; `nil` for an event that is no state event.
    package var stateKeyPair: StateKey? { stateKey.map { StateKey(type, $0) } }

    /// Whether this is where the event stands in the room's state.
    package func stands(at place: StateKey) -> Bool {
        guard let stateKey, stateKey == place.key else { return false }
        return type == place.type
    }

    /// Whether both stand in one place of the state, or are one event.
    package func standsBeside(_ other: AuthEvent) -> Bool {
        if id == other.id { return true }
        guard let stateKey, let otherKey = other.stateKey, stateKey == otherKey else { return false }
        return type == other.type
    }

    /// Whether this is a create event that names no room version and whose content is not the one that was hashed: until
    /// v10, redaction takes the version out.
    package var hasLostRoomVersion: Bool { particulars?.hasLostRoomVersion ?? false }

    /// Bytes that a detached event takes on the heap, its room id aside.
    package var byteCount: Int {
        let isKeyedBySender = stateKey == sender.text
        let text = sender.text.count + (isKeyedBySender ? 0 : stateKey?.count ?? 0)
        var bytes = HeapSize.ofObject(holding: Self.propertiesSize) + HeapSize.ofArray(of: UInt8.self, count: text)
        bytes += id.textByteCount
        if let particulars {
            bytes += HeapSize.ofObject(holding: MemoryLayout<(EventType, JSONObject, Bool, PowerLevelsContent?)>.size)
            bytes += particulars.powerLevels == nil ? 0 : PowerLevelsContent.byteCount
            bytes += particulars.content.value.documentByteCount
        }
        return bytes
    }

    private static let propertiesSize = 104
}

extension EventID {
    /// What stands where an event has no id. In no room version an id is empty.
    fileprivate static let ofNoEvent = EventID("")
}

extension EventType {
    /// Whether rules read the content of such an event when another one cites it.
    fileprivate var isRead: Bool {
        switch self {
        case .create, .powerLevels, .joinRules, .thirdPartyInvite, .policy: true
        case .member, .redaction, .aliases, .historyVisibility, .other: false
        }
    }
}

extension UserID {
    /// The same user id and the same state key in memory of their own: one piece for both.
    fileprivate func detached(with stateKey: UTF8Text?) -> (sender: UserID, stateKey: UTF8Text?) {
        guard let stateKey, stateKey != text else {
            let sender = detached(as: text.detached())
            return (sender, stateKey.map { _ in sender.text })
        }
        let both = UTF8Text(utf8: Array(text.bytes) + stateKey.bytes)
        return (detached(as: both.prefix(text.count)), both.dropFirst(text.count))
    }
}
