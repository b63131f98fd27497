import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// `eventauth check`, `explain` and `rules`: no server, no database, and a status that tells the verdict.
struct CheckCommandTests {
    private let folder: TemporaryFolder
    private let room: TestRoom
    private let cited: String
    private let join: String
    private let message: String

    init() throws {
        folder = try TemporaryFolder()
        room = try TestRoom.furnished(.v11)
        cited = try folder.file("cited.json", TestJSON.events(room.events).bytes)
        join = try folder.file("join.json", try room.membership("join", of: .bob).pdu)
        message = try folder.file("message.json", try room.event("m.room.message", by: .bob).pdu)
    }

    @Test
    func `an allowed event ends with status 0`() async throws {
        let output = try await Eventauth.run("check", "--auth-events", cited, join)
        #expect(output.status == 0)
        #expect(output.text.hasPrefix("allow  member.join.public  (room version 11, rule 4.3.6)\n"))
        #expect(output.errors.isEmpty)
    }

    @Test
    func `a denied event ends with status 1, and the reason`() async throws {
        let output = try await Eventauth.run("check", "--auth-events", cited, message)
        #expect(output.status == 1)
        #expect(output.text.hasPrefix("deny  sender.not_joined  (room version 11, rule 5)\n"))
        #expect(output.text.contains("@bob:b"))
    }

    @Test
    func `where there is no decision the status is 2, and what is missing is named`() async throws {
        let output = try await Eventauth.run("check", "--room-version", "11", join)
        #expect(output.status == 2)
        #expect(output.text.isEmpty)
        #expect(output.errors.contains("no decision"))
        #expect(output.errors.contains("missing \(room.create.id)"))
    }

    @Test
    func `whatever keeps a check from deciding ends with status 2`() async throws {
        let nonsense = try folder.file("nonsense.json", Array("{".utf8))
        let two = try folder.file("two.json", TestJSON.events(Array(room.events.prefix(2))).bytes)
        for arguments in [
            ["--room-version", "99", "--auth-events", cited, join], ["--auth-events", cited, nonsense],
            ["--auth-events", nonsense, join], ["--auth-events", cited, folder.path("absent")],
            ["--auth-events", cited, two], ["--room-version", "9", "--auth-events", cited, join],
            ["--state", nonsense, "--auth-events", cited, join], [join],
        ] {
            for command in ["check", "explain"] {
                let output = try await Eventauth.run([command] + arguments)
                #expect(output.status == 2, "\(arguments): \(output.errors)")
                #expect(output.errors.hasPrefix("no decision: "))
            }
        }
    }

    @Test
    func `with --json a decision is the result that the server gives, and an error its error`() async throws {
        let output = try await Eventauth.run("check", "--json", "--auth-events", cited, message)
        #expect(output.status == 1)
        let result = try JSONDocument(parsing: output.text).root.object
        #expect(result?["rule"]?.text == UTF8Text("sender.not_joined"))
        #expect(result?["trace"] == nil)
        let undecided = try await Eventauth.run("check", "--json", "--room-version", "11", message)
        #expect(undecided.status == 2)
        let error = try JSONDocument(parsing: undecided.text).root.object
        #expect(error?["data"]?.object?["reason"]?.text == UTF8Text("events_missing"))
    }

    @Test
    func `an explanation tells every rule that was tried`() async throws {
        let output = try await Eventauth.run("explain", "--auth-events", cited, message)
        #expect(output.status == 1)
        #expect(output.text.contains("Rules tried:"))
        #expect(output.text.contains("auth_events.duplicate"))
        let flagged = try await Eventauth.run("check", "--explain", "--auth-events", cited, message)
        #expect(flagged.text == output.text)
        let json = try await Eventauth.run("explain", "--json", "--auth-events", cited, message)
        #expect(try JSONDocument(parsing: json.text).root.object?["trace"]?.array?.isEmpty == false)
    }

    @Test
    func `the state before the event is a check of its own`() async throws {
        var banning = room
        try banning.ban(.bob)
        let state = try folder.file("state.json", TestJSON.events(Array(banning.state.values)).bytes)
        let output = try await Eventauth.run("check", "--auth-events", cited, "--state", state, join)
        #expect(output.status == 1)
        #expect(output.text.contains("member.join.banned"))
        #expect(output.text.contains("gate         state, disposition reject"))
    }

    @Test
    func `files may be gzipped, hold an event a line, or be standard input`() async throws {
        let zipped = try folder.gzipped("cited.jsonl", room.importLines)
        let event = try room.membership("join", of: .bob)
        for input in [event.pdu, event.importLine, [UInt8(ascii: "[")] + event.pdu + [UInt8(ascii: "]")]] {
            let output = try await Eventauth.run("check", "--auth-events", zipped, "-", input: input)
            #expect(output.status == 0, "\(output.errors)")
        }
    }

    @Test
    func `options may come from the environment, and those of the command line win`() async throws {
        let environment = ["EVENTAUTH_AUTH_EVENTS": cited, "EVENTAUTH_JSON": "1", "EVENTAUTH_ROOM_VERSION": "9"]
        let output = try await Eventauth.run(["check", "--room-version", "11", join], environment: environment)
        #expect(output.status == 0, "\(output.errors)")
        #expect(output.text.hasPrefix("{"))
        #expect(try await Eventauth.run(["check", join], environment: environment).status == 2)
    }

    @Test
    func `a file name with a comma is one name`() async throws {
        let odd = try folder.file("a,b.json", TestJSON.events(room.events).bytes)
        let output = try await Eventauth.run(["check", join], environment: ["EVENTAUTH_AUTH_EVENTS": odd])
        #expect(output.status == 0, "\(output.errors)")
    }

    @Test(arguments: RoomVersion.allCases)
    func `the rules of every room version can be listed`(version: RoomVersion) async throws {
        let output = try await Eventauth.run("rules", "--room-version", "\(version)")
        #expect(output.status == 0)
        let json = try await Eventauth.run("rules", "--json", "--room-version", "\(version)")
        let rules = try #require(try JSONDocument(parsing: json.text).root.object?["rules"]?.array)
        #expect(output.text.split(separator: "\n").count == rules.count)
    }

    @Test
    func `the rules of no room version are an error`() async throws {
        let output = try await Eventauth.run("rules", "--room-version", "13")
        #expect(output.status == 2)
        #expect(output.errors.contains("13"))
    }
}
