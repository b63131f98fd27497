import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// `eventauth explain`: why an event was denied, what would turn that, and what it is authorized by.
struct ExplainCommandTests {
    private let folder: TemporaryFolder
    private let room: TestRoom
    private let cited: String
    private let topic: Event
    private let file: String

    init() throws {
        folder = try TemporaryFolder()
        var room = try TestRoom.furnished(.v11)
        try room.join(.bob)
        self.room = room
        cited = try folder.file("cited.json", TestJSON.events(room.events).bytes)
        topic = try room.event("m.room.topic", by: .bob, stateKey: "", content: ["topic": "x"])
        file = try folder.file("topic.json", topic.pdu)
    }

    @Test
    func `a denial is told with its rule, the values, who decided and what would turn it`() async throws {
        let output = try await Eventauth.run("explain", "--auth-events", cited, file)
        #expect(output.status == 1)
        let levels = try #require(room[.powerLevels]).id
        for line in [
            "deny  power.required_level  (room version 11, rule 7)\n",
            "the rule     The sender has the level that the event's type needs\n",
            "compared     level 0, required 50, type m.room.topic\n",
            "decided by   \(levels)  m.room.power_levels by @alice:a\n",
            "allowed with a power level of 50 for the sender, who has 0\n",
        ] {
            #expect(output.text.contains(line), "\(line)\(output.text)")
        }
    }

    @Test
    func `the auth graph is drawn below the event`() async throws {
        let output = try await Eventauth.run("explain", "--auth-events", cited, file)
        let levels = try #require(room[.powerLevels]).id
        #expect(output.text.contains("\n  \(topic.id)  m.room.topic by @bob:b  ◀ deny\n"))
        #expect(output.text.contains("\n  ├─ \(levels)  m.room.power_levels by @alice:a  ◀ decided\n"))
        let founder = try #require(room[.member, "@alice:a"]).id
        #expect(output.text.contains("\n  │  └─ \(founder)  m.room.member of @alice:a join\n"))
        #expect(output.text.split(separator: "\(room.create.id)").count == 2)
        let alone = try await Eventauth.run("explain", "--auth-events", cited, "-", input: room.create.pdu)
        #expect(alone.text.contains("\n  \(room.create.id)  m.room.create by @alice:a  ◀ allow\n"))
    }

    @Test
    func `an allowance has nothing that would turn it`() async throws {
        let message = try room.event("m.room.message", by: .bob)
        let output = try await Eventauth.run("explain", "--auth-events", cited, "-", input: message.pdu)
        #expect(output.status == 0)
        #expect(!output.text.contains("allowed with"))
    }

    @Test
    func `with --dot the graph is Graphviz's`() async throws {
        let output = try await Eventauth.run("explain", "--dot", "--auth-events", cited, file)
        #expect(output.status == 1)
        #expect(output.text.hasPrefix("digraph auth {\n"))
        #expect(output.text.hasSuffix("}\n"))
        for id in topic.authEvents { #expect(output.text.contains("  \"\(topic.id)\" -> \"\(id)\";\n")) }
        #expect(output.text.contains("  \"\(room.create.id)\" [label=\"m.room.create \\nby @alice:a") == false)
        #expect(output.text.contains("  \"\(room.create.id)\" [label=\"m.room.create\\nby @alice:a"))
    }

    @Test
    func `what a hostile event says does not leave its place in a drawing`() async throws {
        let odd = try room.event("m\"x\\\n\u{1B}[31m", by: .bob, stateKey: "\"];")
        let dot = try await Eventauth.run("explain", "--dot", "--auth-events", cited, "-", input: odd.pdu)
        #expect(dot.text.contains(#"[label="m\"x\\\n [31m \"];\nby @bob:b"#))
        let text = try await Eventauth.run("explain", "--auth-events", cited, "-", input: odd.pdu)
        let drawing = try #require(text.text.split(separator: "What authorizes it:").last)
        #expect(!drawing.prefix(200).contains("\u{1B}"))
    }

    @Test
    func `with --json it is what the server answers`() async throws {
        let output = try await Eventauth.run("explain", "--json", "--auth-events", cited, file)
        let nearest = try JSONDocument(parsing: output.text).root.object?["nearest"]?.source
        #expect(nearest?.elementsEqual(#"{"change":"sender_power","from":0,"to":50}"#.utf8) == true)
    }
}
