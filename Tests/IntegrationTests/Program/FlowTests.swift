import CanonicalJSON
import EventTestSupport
import Foundation
import MatrixEvents
import Testing

@testable import PostgresStore

/// Joins and invites that homeservers made among themselves, replayed between two servers that share nothing.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct FlowTests {
    /// The database of the resident server, which has the rooms.
    private static let resident = Task {
        let database = try await migratedDatabase()
        let path = SharedData.folder.appending(path: "rooms/rooms-dev.jsonl.gz").path()
        _ = try await Eventauth.run("import", "--database", database.url, path)
        return database
    }

    private static let rooms = Result { try RecordedRoom.load("rooms-dev.jsonl.gz") }

    @Test(arguments: RoomVersion.specified)
    func `a joining server verifies all that a resident server gives it, and stores it`(
        version: RoomVersion
    ) async throws {
        let server = try await RunningEventauth("--database", try await Self.resident.value.url)
        let resident = try server.connect()
        let joining = try await RunningEventauth("--database", try await migratedDatabase().url)
        let client = try joining.connect()
        let keys = try TestJSON.keysOfRecordedRooms()
        var count = 0
        for room in try Self.rooms.get() {
            for join in room.joins(of: version) {
                let state = TestJSON.array(join.citedOrImplied.map { .string("\($0)") })
                var template: TestJSON = [
                    "room_id": .string("\(join.roomID)"), "user_id": .string("\(join.sender)"),
                    "room_versions": ["\(version)"], "state": state,
                ]
                if let user = MemberContent(join.content).authorisingUserText {
                    template = template.setting("authorised_via", to: .string(user.string))
                }
                let offer = try await resident.result("join.template", template)
                let citations = try #require(offer["event"]?.object).citations
                #expect(Set(citations.keys) == Set(join.json.citations.keys), "\(join.id)")
                // In room versions 1 and 2 Synapse writes the hash of some of the events it cites, and of others none.
                for (id, hash) in join.json.citations { #expect(hash == nil || citations[id] == hash, "\(join.id)") }

                let accept: TestJSON = ["event": .event(join), "state": state, "keys": keys]
                let accepted = try await resident.result("join.accept", accept)
                #expect(accepted["verdict"]?.text == UTF8Text("allow"), "\(join.id)")
                let received = (accepted.items("auth_chain") + accepted.items("state")).map { TestJSON($0) }
                #expect(received.count >= join.citedOrImplied.count * 2 - 1)

                let events: TestJSON = ["events": .array(received + [.event(join)]), "room_version": "\(version)"]
                let checks: TestJSON = ["format", "signatures", "hash"]
                let check = events.setting("checks", to: checks).setting("keys", to: keys)
                let verified = try await client.result("auth.check_many", check).items("results")
                #expect(verified.count == received.count + 1)
                #expect(verified.allSatisfy { $0.isAllowed }, "\(join.id)")
                let stored = try await client.result("events.put", events).items("results")
                #expect(stored.allSatisfy { $0.isAllowed }, "\(join.id)")
                count += 1
            }
        }
        #expect(count > 10)
    }

    @Test(arguments: RoomVersion.specified)
    func `an invite is allowed on its way there, and on its way back`(version: RoomVersion) async throws {
        let inviter = try await RunningEventauth("--database", try await Self.resident.value.url)
        let invitee = try await RunningEventauth()
        let (inviting, invited) = (try inviter.connect(), try invitee.connect())
        let keys = try TestJSON.keysOfRecordedRooms()
        var count = 0
        for room in try Self.rooms.get() {
            for (invite, server) in room.invitesOfOthers(of: version) {
                let params: TestJSON = [
                    "event": .event(invite), "invitee_server": .string("\(server)"), "room_version": "\(version)",
                    "keys": keys, "stage": "signed",
                ]
                let ids = TestJSON.array(invite.citedOrImplied.map { .string("\($0)") })
                let back = try await inviting.result("invite.check", params.setting("state", to: ids))
                #expect(back.summary == "allow state accept", "\(invite.id)")

                // On its way there it has not the invited user's server's signature yet.
                let sent = TestJSON.event(invite).setting("signatures", to: invite.signatures(without: server))
                let there = params.setting("event", to: sent)
                let request = there.setting("stage", to: "request")
                let shown = TestJSON.array(invite.citedOrImplied.compactMap { room.event($0) }.map { .stripped($0) })
                let decided = try await invited.result("invite.check", request.setting("state", to: shown))
                #expect(decided.summary == "allow state accept", "\(invite.id)")
                let unseen = try await invited.result("invite.check", request.setting("state", to: []))
                #expect(unseen.summary == "allow signatures accept", "\(invite.id)")
                let unsigned = try await inviting.result("invite.check", there.setting("state", to: ids))
                #expect(unsigned["rule"]?.text == UTF8Text("signatures.missing"), "\(invite.id)")
                count += 1
            }
        }
        #expect(count >= 3)
    }
}

extension RecordedRoom {
    /// Some joins of the room that its server accepted: of each kind the first few.
    fileprivate func joins(of version: RoomVersion) -> [Event] {
        let joins = accepted(.join, version).filter { event in
            event.sender.text == event.stateKey
                && !(event.prevEvents.count == 1 && self.event(event.prevEvents[0])?.isCreate == true)
        }
        // One that was crafted for a public room names somebody too, who need not vouch there.
        let vouchedFor = joins.filter { MemberContent($0.content).namesAuthorisingUser && citesRestriction($0) }
        return Array(joins.prefix(3) + vouchedFor.prefix(2))
    }

    private func citesRestriction(_ join: Event) -> Bool {
        let joinRules = join.authEvents.lazy.compactMap { event($0) }.first { $0.type == .joinRules }
        return [.restricted, .knockRestricted].contains(JoinRule(joinRules.map { AuthEvent($0) }))
    }

    /// Some invites of users of other servers, with these.
    fileprivate func invitesOfOthers(of version: RoomVersion) -> [(invite: Event, server: ServerName)] {
        let invites = accepted(.invite, version).compactMap { event -> (Event, ServerName)? in
            guard let server = event.stateKey.flatMap({ UserID($0) })?.serverName, server != event.sender.serverName,
                event.signatures(by: server) != nil, event.signatures(by: event.sender.serverName) != nil
            else { return nil }
            return (event, server)
        }
        return Array(invites.prefix(3))
    }

    private func accepted(_ membership: Membership, _ version: RoomVersion) -> [Event] {
        events.filter { recorded in
            recorded.event.roomVersion == version && recorded.event.type == .member && recorded.refusal == nil
                && !recorded.isRejected && MemberContent(recorded.event.content).membership == membership
        }.map(\.event)
    }

    fileprivate func event(_ id: EventID) -> Event? { events.first { $0.event.id == id }?.event }
}

extension Event {
    fileprivate func signatures(without server: ServerName) -> TestJSON {
        let kept = json["signatures"]?.object?.filter { $0.key != server.text } ?? []
        return .object(kept.map { (key: $0.key.string, value: TestJSON($0.value)) })
    }
}

extension TestJSON {
    /// The keys of the servers that made the recorded rooms, as the parameter `keys` takes them.
    fileprivate static func keysOfRecordedRooms() throws -> TestJSON {
        let file = SharedData.folder.appending(path: "rooms/server-keys.json")
        let servers = try JSONDocument(parsing: Array(Data(contentsOf: file))).root.object?.map { $0 } ?? []
        return .object(
            servers.map { server, keys in
                let entries = keys.object?["verify_keys"]?.object?.map { $0 } ?? []
                let members = entries.compactMap { id, entry in
                    entry.object?["key"].map { (key: id.string, value: TestJSON($0)) }
                }
                return (key: server.string, value: .object(members))
            }
        )
    }
}

extension JSONObject {
    /// What the event cites, with the hash that stands beside it in room versions 1 and 2.
    fileprivate var citations: [UTF8Text: UTF8Text?] {
        let pairs = items("auth_events").map { item in
            let pair = item.array?.map { $0 } ?? [item]
            return (pair[0].text ?? .empty, pair.dropFirst().first?.object?["sha256"]?.text)
        }
        return Dictionary(pairs) { first, _ in first }
    }

    fileprivate var summary: String {
        ["verdict", "gate", "disposition"].compactMap { self[UTF8Text($0)]?.text?.string }.joined(separator: " ")
    }
}

extension JSONValue {
    fileprivate var isAllowed: Bool { object?["verdict"]?.text == UTF8Text("allow") }
}
