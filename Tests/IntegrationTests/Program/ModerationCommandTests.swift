import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// `eventauth can`, `who`, `whence` and `what-if`, with the room's state from a file.
struct ModerationCommandTests {
    private let folder: TemporaryFolder
    private let room: TestRoom
    private let state: String
    private let events: String

    init() throws {
        folder = try TemporaryFolder()
        var room = try TestRoom.furnished(.v11)
        for user in [.bob, .carol] as [UserID] { try room.join(user) }
        try room.setPowerLevels(["users": room.levels([.alice: 100, .bob: 50])])
        self.room = room
        state = try folder.file("state.json", TestJSON.events(Array(room.state.values)).bytes)
        events = try folder.file("events.jsonl", room.importLines)
    }

    @Test
    func `can says yes with status 0, and no with status 1 and what it would take`() async throws {
        let yes = try await Eventauth.run("can", "@bob:b", "kick", "@carol:a", "--state", state)
        #expect(yes.status == 0)
        #expect(yes.text.hasPrefix("yes  member.leave.kick  (room version 11, rule 4.5.4)\n"))
        #expect(yes.text.contains("made from    \(room.state.count) state events of \(room.id), digest "))
        let no = try await Eventauth.run("can", "@carol:a", "ban", "@bob:b", "--state", state)
        #expect(no.status == 1)
        #expect(no.text.contains("allowed with a power level of 51 for the sender, who has 0\n"))
        let nobody = try await Eventauth.run("can", "@alice:a", "set_power:100", "@alice:a", "--state", state)
        #expect(nobody.status == 0)
    }

    @Test
    func `who lists users, one a line`() async throws {
        let output = try await Eventauth.run("who", "state:m.room.topic", "--state", state)
        #expect(output.status == 0)
        #expect(output.text == "@alice:a\n@bob:b\n")
    }

    @Test
    func `whence goes back to the creation`() async throws {
        let output = try await Eventauth.run("whence", "@bob:b", "--state", state, "--events", events)
        #expect(output.status == 0)
        let levels = try #require(room[.powerLevels]).id
        #expect(output.text.hasPrefix("@bob:b has the power level 50\n  @bob:b: 50, before 0\n    \(levels)  "))
        #expect(output.text.contains("    \(room.create.id)  m.room.create by @alice:a\n"))
        let incomplete = try await Eventauth.run("whence", "@bob:b", "--state", state)
        #expect(incomplete.status == 2)
        #expect(incomplete.errors.contains("missing $"))
    }

    @Test
    func `what-if tells who loses what, and who is left`() async throws {
        let event: TestJSON = [
            "type": "m.room.power_levels", "sender": "@alice:a", "state_key": "",
            "content": ["users": ["@alice:a": 40, "@carol:a": 40]],
        ]
        let output = try await Eventauth.run(
            ["what-if", "--state", state, "--user", "@bob:b", "-"],
            input: event.bytes
        )
        #expect(output.status == 0, "\(output.errors)")
        #expect(output.text.hasPrefix("allowed  power_levels.allow  (room version 11, rule 9.10)\n"))
        #expect(output.text.contains("loses        @bob:b: "))
        #expect(output.text.contains("out of reach @bob:b: kick @carol:a\n"))
        #expect(output.text.contains("power levels nobody could change them any more\n"))
        let denied = try await Eventauth.run(
            ["what-if", "--json", "--state", state, "-"],
            input: try room.membership("ban", of: .alice, by: .bob).pdu
        )
        #expect(denied.status == 1)
        #expect(try JSONDocument(parsing: denied.text).root.object?["allowed"]?.bool == false)
    }

    @Test
    func `with --json the answer is the server's`() async throws {
        let can = try await Eventauth.run("can", "--json", "@bob:b", "kick", "--state", state)
        #expect(try JSONDocument(parsing: can.text).root.object?["can"]?.bool == true)
        let who = try await Eventauth.run("who", "--json", "kick", "--state", state)
        #expect(try JSONDocument(parsing: who.text).root.object?["users"]?.array?.count == 2)
    }

    @Test
    func `what keeps from an answer is told with status 2`() async throws {
        let twice = try folder.file("twice.json", TestJSON.events(room.events).bytes)
        for arguments in [
            ["can", "@bob:b", "fly", "--state", state], ["can", "bob", "kick", "--state", state],
            ["can", "@bob:b", "kick", "--state", twice], ["who", "kick", "--state", folder.path("absent")],
            ["whence", "@bob:b", "--state", state], ["what-if", "--state", state, folder.path("absent")],
        ] {
            let output = try await Eventauth.run(arguments)
            #expect(output.status == 2, "\(arguments)")
            #expect(output.errors.hasPrefix("no answer: "), "\(output.errors)")
        }
        let nowhere = try await Eventauth.run("who", "kick")
        #expect(nowhere.status != 0)
        #expect(nowhere.errors.contains("--state"))
    }
}
