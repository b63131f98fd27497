import CanonicalJSON
import EventAuthorization
import MatrixEvents

/// The state of a room that questions about it are answered from.
struct RoomState {
    let roomID: RoomID
    let roomVersion: RoomVersion
    private var byPlace: [StateKey: CitedEvent]
    /// The create event, where the room's id names it and the state does not hold it.
    private let impliedCreate: CitedEvent?
    /// What names the state to whoever wants to know what an answer was made from.
    let digest: UTF8Text
    let eventCount: Int

    /// - Parameter events: one a place, all of them state events of the room.
    init(
        of room: (id: RoomID, version: RoomVersion),
        _ events: [(place: StateKey, cited: CitedEvent)],
        impliedCreate: CitedEvent?
    ) {
        roomID = room.id
        roomVersion = room.version
        byPlace = Dictionary(events.map { ($0.place, $0.cited) }) { first, _ in first }
        self.impliedCreate = impliedCreate
        digest = Self.digest(of: events.map(\.cited.event.id))
        eventCount = events.count
    }

    subscript(place: StateKey) -> AuthEvent? { byPlace[place]?.event }

    var create: AuthEvent? { (byPlace[StateKey(.create)] ?? impliedCreate)?.event }

    var powerLevels: AuthEvent? { self[StateKey(.powerLevels)] }

    /// Whether the room has been made and nothing else has happened yet.
    var isNew: Bool { byPlace.keys.allSatisfy { $0 == StateKey(.create) } }

    /// The state with `event` in its place; the same where it is no state event.
    func adding(_ event: AuthEvent) -> RoomState {
        guard let place = event.stateKeyPair else { return self }
        var copy = self
        copy.byPlace[place] = CitedEvent(event)
        return copy
    }

    /// `event`, as it is decided in this state: citing what its selection names.
    func held(_ event: Event, redactsOthers: Bool = false) -> AuthorizationCase {
        let cited = AuthEventSelection(for: event).entries.compactMap { byPlace[$0.key] }
        let create = byPlace[StateKey(.create)] ?? impliedCreate
        // Where the create event is cited, the room's id implies none.
        let isImplied = roomVersion.format.roomIDIsCreateHash || roomVersion == .draft2014
        let implied: ImpliedCreate = isImplied ? create.map { .event($0) } ?? .impossible : .none
        return AuthorizationCase(event, claims: .init(citing: cited, create: implied), redactsOthers: redactsOthers)
    }

    /// What the rules read of `user`, who is none of the ``namedUsers``.
    func standing(of user: UserID) -> Standing {
        let member = byPlace[StateKey(.member, user.text)]
        return Standing(
            membership: member?.event.membership,
            isRejected: member?.isRejected ?? false,
            isOfCreatingServer: user.serverName == create?.sender.serverName
        )
    }

    /// SHA-256 over the ids in the order of their bytes, a newline behind each, in base64 for URLs.
    private static func digest(of ids: [EventID]) -> UTF8Text {
        let lines = ids.map(\.text).sorted().flatMap { $0.bytes + [UInt8(ascii: "\n")] }
        return UTF8Text(utf8: Base64.encode(Hash256(hashing: lines).bytes, alphabet: .urlSafe))
    }
}

extension RoomState {
    /// The users whom the state knows, in the order of their bytes: those with a membership, those with a level, and the
    /// creators.
    var users: [UserID] { knownUsers.sorted { $0.text < $1.text } }

    /// The users whom the state knows.
    var knownUsers: Set<UserID> {
        Set(byPlace.keys.lazy.filter { $0.type == .member }.compactMap { UserID($0.key) }).union(usersWithPower)
    }

    /// Those whom the rules find by their ids elsewhere than in their memberships.
    var namedUsers: Set<UserID> {
        // In the draft of 2014 the join rules list who may join.
        let listed = roomVersion == .draft2014 ? self[StateKey(.joinRules)]?.content["may_join"]?.array : nil
        return Set(usersWithPower).union(listed?.compactMap { $0.text.flatMap { UserID($0) } } ?? [])
    }

    /// Those whom the power levels list, and the creators.
    var usersWithPower: [UserID] {
        let listed = powerLevels?.content["users"]?.object?.map(\.key) ?? []
        guard let create else { return listed.compactMap { UserID($0) } }
        let content = CreateContent(create)
        let creators = [create.sender.text, content.creator].compactMap(\.self) + content.additionalCreatorIDs
        return (listed + creators).compactMap { UserID($0) }
    }
}
