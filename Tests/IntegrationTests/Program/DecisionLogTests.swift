import CanonicalJSON
import EventTestSupport
import Foundation
import MatrixEvents
import Testing

/// `eventauth serve --decision-log`, and `eventauth check --decisions`, which makes again what it holds.
struct DecisionLogTests {
    private let folder: TemporaryFolder
    private let log: String

    init() throws {
        folder = try TemporaryFolder()
        log = folder.path("decisions.jsonl")
    }

    @Test
    func `a denial is taken down, and made again without server or database`() async throws {
        let room = try await JoinableRoom()
        let server = try await room.serve("--decision-log", log)
        try await room.setRejected(true)
        for params in [room.check, room.check, ["event": .event(room.room.create), "room_version": "11"]] {
            _ = try await server.call("auth.check", params)
        }
        server.terminate()
        #expect(try await server.status() == 0)
        let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 2)
        let line = try #require(try JSONDocument(parsing: String(lines[0])).root.object)
        #expect(line["result"]?.object?["rule"]?.text?.string == JoinableRoom.denied)
        let mode = try FileManager.default.attributesOfItem(atPath: log)[.posixPermissions] as? Int
        #expect(mode == 0o600)

        let output = try await Eventauth.run("check", "--decisions", log)
        #expect(output.status == 0, "\(output.errors)")
        #expect(output.text == "2 decisions: 2 the same, 0 decided otherwise now\n")
    }

    @Test(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
    func `the decisions of a thousand vectors are all made again`() async throws {
        let vectors = try AuthorizationVector.load("vectors-dev.jsonl.gz")
        let server = try await RunningEventauth("--decision-log", log, "--decision-log-scope", "all")
        let client = try server.connect()
        var decided = 0
        // No more at once than may wait to be written.
        for start in stride(from: 0, to: vectors.count, by: vectors.count / 100) {
            let part = vectors[start..<min(start + 10, vectors.count)]
            let replies = try await client.replies(to: "auth.check", part.map(\.parameters))
            decided += replies.count { $0["result"] != nil }
        }
        server.terminate()
        #expect(try await server.status() == 0)
        let output = try await Eventauth.run("check", "--json", "--decisions", log)
        #expect(output.status == 0, "\(output.errors)")
        #expect(output.text == #"{"same":\#(decided),"differing":0,"incomplete":0,"unreadable":0}"# + "\n")
        #expect(decided > 900)
    }

    @Test
    func `whoever sends ends of lines writes no lines of the log`() async throws {
        let room = try TestRoom.furnished(.v11)
        let message = try room.event("m.room.message", by: .bob)
        let server = try await RunningEventauth("--decision-log", log)
        let params: TestJSON = ["event": .event(message), "events": .events(room.events)]
        let request = SocketClient.request("auth.check", params, id: 1).bytes
        let spread = String(decoding: request, as: UTF8.self).replacing(",\"", with: ",\r\n\n\"")
        let body = try folder.file("body.json", Array(spread.utf8))
        let reply = try await run(
            "curl",
            "-s",
            "--unix-socket",
            server.socketPath,
            "-H",
            "content-type: application/json",
            "--data-binary",
            "@\(body)",
            "http://localhost/",
            in: folder
        )
        #expect(reply.contains("sender.not_joined"))
        server.terminate()
        #expect(try await server.status() == 0)
        let output = try await Eventauth.run("check", "--decisions", log)
        #expect(output.text == "1 decision: 1 the same, 0 decided otherwise now\n", "\(output.errors)")
    }

    @Test
    func `decisions are not lost where the database hangs at the end`() async throws {
        let room = try await JoinableRoom()
        let server = try await room.serve("--decision-log", log, "--flag-ttl", "3600", "--drain-timeout", "1")
        try await room.waitForListeners(1)
        // Memory knows now what others see of the room's events, and has not their bytes.
        try await room.waitForRule(JoinableRoom.allowed, of: server, within: .seconds(15))
        let holder = LockHolder(room.database)
        try await holder.lock()
        let message = try room.room.event("m.room.message", by: .bob)
        let checks = [TestJSON](repeating: ["event": .event(message), "room_version": "11"], count: 20)
        let replies = try await server.connect().replies(to: "auth.check", checks)
        #expect(replies.count { $0.rule == "sender.not_joined" } == 20)
        server.terminate()
        #expect(try await server.status() == 0)
        try await holder.unlock()
        let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 20)
    }

    @Test
    func `a hang-up begins the log anew`() async throws {
        let room = try TestRoom.furnished(.v11)
        let message = try room.event("m.room.message", by: .bob)
        let params: TestJSON = ["event": .event(message), "events": .events(room.events)]
        let server = try await RunningEventauth("--decision-log", log)
        _ = try await server.call("auth.check", params)
        _ = try await eventually(within: .seconds(30), "the decision is written") {
            try !Data(contentsOf: URL(filePath: log)).isEmpty
        }
        try FileManager.default.moveItem(atPath: log, toPath: log + ".1")
        server.hangUp()
        _ = try await eventually(within: .seconds(30), "there is a new log") {
            FileManager.default.fileExists(atPath: log)
        }
        _ = try await server.call("auth.check", params)
        server.terminate()
        #expect(try await server.status() == 0)
        for file in [log, log + ".1"] {
            let output = try await Eventauth.run("check", "--decisions", file)
            #expect(output.text == "1 decision: 1 the same, 0 decided otherwise now\n")
        }
    }

    @Test
    func `what is decided otherwise, or is no decision, is told of by its line`() async throws {
        let room = try TestRoom.furnished(.v11)
        let message = try room.event("m.room.message", by: .bob)
        let server = try await RunningEventauth("--decision-log", log)
        let params: TestJSON = ["event": .event(message), "events": .events(room.events)]
        _ = try await server.call("auth.check", params)
        server.terminate()
        #expect(try await server.status() == 0)
        let line = try String(contentsOfFile: log, encoding: .utf8)
        let forged = line.replacing("sender.not_joined", with: "sender.forged")
        let file = try folder.file("forged.jsonl", Array((line + forged).utf8))
        let output = try await Eventauth.run("check", "--decisions", file)
        #expect(output.status == 1)
        #expect(output.errors.contains("forged.jsonl, line 2 is decided otherwise now"))
        #expect(output.text.hasPrefix("2 decisions: 1 the same, 1 decided otherwise now"))

        let broken = try folder.file("broken.jsonl", Array("{}\n".utf8))
        let none = try await Eventauth.run("check", "--decisions", broken)
        #expect(none.status == 2)
        #expect(none.errors.contains("broken.jsonl, line 1 is no decision"))
    }

    @Test
    func `decisions or an event are needed, and not both`() async throws {
        for arguments in [["check"], ["check", "--decisions", "a", "b"], ["explain"]] {
            #expect(try await Eventauth.run(arguments).status == 64)
        }
    }
}
