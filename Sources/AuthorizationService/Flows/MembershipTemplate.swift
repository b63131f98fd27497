import CanonicalJSON
import JSONRPC
import MatrixEvents

/// A join or knock that a resident server offers to the server of a user, which fills it in and signs it.
struct MembershipTemplate {
    /// How an event of the template's room version refers to another one.
    enum Citation {
        case id(EventID)
        /// In room versions 1 and 2, and in the draft of 2014.
        case pair(EventID, Hash256)
    }

    let roomID: RoomID
    let roomVersion: RoomVersion
    let user: UserID
    let membership: Membership
    /// The user who vouches for a restricted join.
    var authoriser: UserID?

    /// Writes the members of the template.
    func write(to writer: inout JSONWriter, citing cited: [Citation]) {
        writeFields(to: &writer)
        writer.key("auth_events")
        writer.array { writer in
            for citation in cited { writer.citation(citation) }
        }
        writer.key("prev_events")
        writer.array { _ in }
    }

    /// The event as the rules will see it, signed by the server of the user who vouches: that server is the one that
    /// offers the template, and signs when the event comes back.
    ///
    /// - Parameter path: where the request names the room.
    func event(at path: JSONPointer) throws(RPCError) -> Event {
        var writer = JSONWriter()
        writer.object { writer in
            writeFields(to: &writer)
            if roomVersion.format.carriesID {
                // No event has this id, which names no server.
                writer.key("event_id")
                writer.string("$")
            }
            for key in ["auth_events", "prev_events"] as [StaticString] {
                writer.key(key)
                writer.array { _ in }
            }
            writeSignatureToCome(to: &writer)
        }
        do throws(EventReadingError) {
            return try Event(parsing: writer.bytes, roomVersion: roomVersion)
        } catch {
            throw .invalidParams(path: path, expected: "a room of version \(roomVersion): \(error)")
        }
    }

    private func writeFields(to writer: inout JSONWriter) {
        writer.key("type")
        writer.string(EventType.member.text)
        writer.key("room_id")
        writer.string(roomID.text)
        writer.key("sender")
        writer.string(user.text)
        writer.key("state_key")
        writer.string(user.text)
        writer.key("content")
        writer.object { writer in
            writer.key("membership")
            writer.string(UTF8Text(membership.name.description))
            guard let authoriser else { return }
            writer.key("join_authorised_via_users_server")
            writer.string(authoriser.text)
        }
    }

    private func writeSignatureToCome(to writer: inout JSONWriter) {
        guard let authoriser else { return }
        writer.key("signatures")
        writer.object { writer in
            writer.key(authoriser.serverName.text)
            writer.object { writer in
                writer.key("ed25519:to_come")
                writer.string("")
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func citation(_ citation: MembershipTemplate.Citation) {
        switch citation {
        case .id(let id): eventID(id)
        case .pair(let id, let hash):
            array { writer in
                writer.eventID(id)
                writer.object { writer in
                    writer.key("sha256")
                    writer.string(UTF8Text(utf8: Base64.encode(hash.bytes)))
                }
            }
        }
    }
}
