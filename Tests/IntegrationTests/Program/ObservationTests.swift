import CanonicalJSON
import EventTestSupport
import Foundation
import Testing

/// What a server lets its operator see of single requests.
struct ObservationTests {
    private static let traceID = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let spanID = "00f067aa0ba902b7"
    private static let sampled = "00-\(traceID)-\(spanID)-01"

    @Test
    func `a request is logged under the trace that it is part of`() async throws {
        let server = try await RunningEventauth("--log-level", "debug", "--log-format", "json")
        let client = try server.connect()
        try await client.send([Self.traced("auth.rules", ["room_version": "11"])])
        _ = try await client.receive()
        _ = try await eventually(within: .seconds(30), "the request is logged") {
            Self.lines(of: server.log).contains { $0["message"]?.text?.string == "Request" }
        }
        let line = try #require(Self.lines(of: server.log).first { $0["message"]?.text?.string == "Request" })
        #expect(line["request"]?.text?.string == Self.traceID)
        #expect(line["method"]?.text?.string == "auth.rules")
        #expect(line["outcome"]?.text?.string == "result")
        #expect(line["caller"]?.text?.string == "local")
        // Every line is an object, those that tell of listeners too.
        #expect(Self.lines(of: server.log).count == server.log.split(separator: "\n").count)
        server.terminate()
        #expect(try await server.status() == 0)
    }

    @Test
    func `spans of traced requests are written, and what was loaded for them`() async throws {
        let folder = try TemporaryFolder()
        let room = try await JoinableRoom()
        let server = try await room.serve("--traces", folder.path("traces.jsonl"))
        let client = try server.connect()
        // One that loads, one that memory answers, and one that nobody records.
        for request in [Self.traced("auth.check", room.check), Self.traced("auth.rules", ["room_version": "11"])] {
            try await client.send([request])
            _ = try await client.receive()
        }
        _ = try await client.call("auth.check", room.check)
        server.terminate()
        #expect(try await server.status() == 0)

        let text = try String(contentsOfFile: folder.path("traces.jsonl"), encoding: .utf8)
        let spans = Self.lines(of: text).compactMap(\.span)
        #expect(spans.map { $0.string("name") } == ["load events", "auth.check", "auth.rules"])
        #expect(spans.allSatisfy { $0.string("traceId") == Self.traceID })
        let (load, cold, warm) = (spans[0], spans[1], spans[2])
        #expect(cold.string("parentSpanId") == Self.spanID && warm.string("parentSpanId") == Self.spanID)
        #expect(load.string("parentSpanId") == cold.string("spanId"))
        #expect(Set(spans.map { $0.string("spanId") }).count == 3)
        for span in spans {
            #expect(span.string("startTimeUnixNano").count == 19)
            #expect(span.string("startTimeUnixNano") <= span.string("endTimeUnixNano"))
        }
    }

    @Test
    func `an error is in the span of its request`() async throws {
        let folder = try TemporaryFolder()
        let server = try await RunningEventauth("--traces", folder.path("traces.jsonl"))
        let client = try server.connect()
        try await client.send([Self.traced("auth.rules", ["room_version": "13"])])
        _ = try await client.receive()
        server.terminate()
        #expect(try await server.status() == 0)
        let text = try String(contentsOfFile: folder.path("traces.jsonl"), encoding: .utf8)
        let span = try #require(Self.lines(of: text).first?.span)
        #expect(span["status"]?.object?["code"]?.number?.int64 == 2)
        #expect(String(decoding: span.value.source, as: UTF8.self).contains(#""unknown_room_version""#))
    }

    @Test
    func `strangers leave no spans`() async throws {
        let folder = try TemporaryFolder()
        let (credentials, traces) = (folder.path("credentials"), folder.path("traces.jsonl"))
        let token = try await Eventauth.run(
            "token",
            "create",
            "--file",
            credentials,
            "--name",
            "known",
            "--role",
            "check"
        )
        let server = try await RunningEventauth(
            "--listen",
            "tcp:127.0.0.1:0",
            "--credentials",
            credentials,
            "--traces",
            traces
        )
        let port = try #require(server.tcpPort)
        let rules = Self.traced("auth.rules", ["room_version": "11"])
        for request in [rules, Self.traced("session.authenticate", ["token": "wrong"])] {
            let stranger = try SocketClient(port: port)
            try await stranger.send([request])
            #expect(
                try await stranger.receive()["error"]?.object?["data"]?.object?.string("reason") == "unauthenticated"
            )
        }
        let known = try SocketClient(port: port)
        let shown = TestJSON.string(token.text.trimmingCharacters(in: .newlines))
        for request in [Self.traced("session.authenticate", ["token": shown]), rules] {
            try await known.send([request])
            #expect(try await known.receive()["result"] != nil)
        }
        server.terminate()
        #expect(try await server.status() == 0)
        let spans = Self.lines(of: try String(contentsOfFile: traces, encoding: .utf8)).compactMap(\.span)
        #expect(spans.map { $0.string("name") } == ["session.authenticate", "auth.rules"])
    }

    @Test
    func `a hang-up begins the file anew`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("traces.jsonl")
        let server = try await RunningEventauth("--traces", path)
        let client = try server.connect()
        try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
        server.hangUp()
        _ = try await eventually(within: .seconds(30), "there is a new file") {
            FileManager.default.fileExists(atPath: path)
        }
        try await client.send([Self.traced("auth.rules", ["room_version": "11"])])
        _ = try await client.receive()
        server.terminate()
        #expect(try await server.status() == 0)
        #expect(try Data(contentsOf: URL(filePath: path + ".1")).isEmpty)
        #expect(try String(contentsOfFile: path, encoding: .utf8).contains(Self.traceID))
    }

    @Test
    func `a file that cannot be written keeps the server from starting`() async throws {
        let output = try await Eventauth.run("serve", "--traces", "/nowhere/traces.jsonl")
        #expect(output.status == 1)
        #expect(output.errors.contains("cannot write to /nowhere/traces.jsonl: No such file or directory"))
    }

    private static func traced(_ method: String, _ params: TestJSON) -> TestJSON {
        [
            "jsonrpc": "2.0", "id": 1, "method": .string(method), "params": params, "traceparent": .string(sampled),
        ]
    }

    private static func lines(of text: String) -> [JSONObject] {
        text.split(separator: "\n").compactMap { try? JSONDocument(parsing: String($0)).root.object }
    }
}

extension JSONObject {
    /// The one span of an OpenTelemetry export request.
    fileprivate var span: JSONObject? {
        let resource = self["resourceSpans"]?.array?.first { _ in true }?.object
        let scope = resource?["scopeSpans"]?.array?.first { _ in true }?.object
        return scope?["spans"]?.array?.first { _ in true }?.object
    }

    fileprivate func string(_ key: StaticString) -> String { self[key]?.text?.string ?? "" }
}
