import CanonicalJSON
import EventAuthorization
package import MatrixEvents

extension EventTemplate {
    /// The create event of a room.
    ///
    /// - Parameters:
    ///   - content: what the create event says beside its creator and room version.
    ///   - localpart: what tells the room's id apart from that of others.
    package static func create(
        _ version: RoomVersion,
        by creator: UserID = .alice,
        content: TestJSON = [:],
        id localpart: String = "room"
    ) -> EventTemplate {
        var full: TestJSON = [:]
        if AuthorizationRules(version).creators == .namedInContent {
            full = full.setting("creator", to: .string(creator.description))
        }
        if version != .draft2014 { full = full.setting("room_version", to: .string(version.rawValue)) }
        let isNamedByHash = version.format.roomIDIsCreateHash
        if isNamedByHash { full = full.setting("org.example.name", to: .string(localpart)) }
        if case .object(let members) = content {
            for (key, value) in members { full = full.setting(key, to: value) }
        }
        var template = EventTemplate(
            .create,
            by: creator,
            in: isNamedByHash ? nil : RoomID(UTF8Text("!\(localpart):\(creator.serverName)")),
            stateKey: "",
            content: full,
            roomVersion: version
        )
        if version.format.carriesID { template.opaqueID = "$\(localpart):\(creator.serverName)" }
        return template
    }
}
