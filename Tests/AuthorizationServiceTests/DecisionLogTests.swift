import AuthGraph
import AuthorizationService
import CanonicalJSON
import EventTestSupport
import JSONRPC
import MatrixEvents
import Testing

/// Decisions that are taken down, and made again from their lines. ``TestedService`` does so with those of all tests.
struct DecisionLogTests {
    @Test(arguments: RoomVersion.allCases)
    func `a line has all that its decision was made of`(version: RoomVersion) async throws {
        let room = try TestRoom.furnished(version)
        let service = try await TestedService.storing(room)
        let join = try room.membership("join", of: .bob)
        let message: TestJSON = ["jsonrpc": "2.0", "id": 1, "method": "auth.check", "params": ["event": .event(join)]]
        // Cold, then warm: what memory holds has no bytes of its own.
        for _ in 0..<2 {
            _ = await service.answer(to: message.bytes)
            let lines = await service.takeDecisionLines()
            let line = try #require(lines.first)
            #expect(lines.count == 1)
            let replay = try await DecisionReplay(line: line)
            guard case .same = replay.outcome else {
                Issue.record("\(String(decoding: line, as: UTF8.self))")
                continue
            }
            let object = try #require(try JSONDocument(parsing: line).root.object)
            #expect(object["stored"]?.array?.isEmpty == false)
            #expect(object["caller"]?.text?.string == "local")
            #expect(object["incomplete"] == nil)
        }
    }

    @Test(arguments: [false, true])
    func `the draft's create event is found again, however far it is`(isBrought: Bool) async throws {
        let room = try TestRoom.furnished(.draft2014)
        let service = try await TestedService.storing(room)
        let levels = try #require(room[.powerLevels])
        let topic = try room.event("m.room.topic", by: .alice, stateKey: "", citing: [levels])
        var params: [(key: String, value: TestJSON)] = [("event", .event(topic)), ("room_version", "draft-2014")]
        if isBrought { params.append(("events", .events(room.events))) }
        let message: TestJSON = ["jsonrpc": "2.0", "id": 1, "method": "auth.check", "params": .object(params)]
        _ = await service.answer(to: message.bytes)
        let line = try #require(await service.takeDecisionLines().first)
        guard case .same = try await DecisionReplay(line: line).outcome else {
            Issue.record("\(String(decoding: line, as: UTF8.self))")
            return
        }
    }

    @Test
    func `another decision than the one taken down is told of`() async throws {
        let line = try await Self.line()
        let text = String(decoding: line, as: UTF8.self)
        let allowed = text.replacing(#""membership":"join""#, with: #""membership":"ban""#)
        #expect(allowed != text)
        guard case .differs = try await DecisionReplay(line: Array(allowed.utf8)).outcome else {
            Issue.record("the decision is the same")
            return
        }
    }

    @Test
    func `what a decision rests on is not taken for complete where the store is away`() async throws {
        let room = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(room)
        let store = MemoryEventStore()
        let log = DecisionLog(of: .all)
        let away = AuthorizationService(graph: AuthGraph(store: store), decisionLog: log) { $0.detail }
        let join = try room.membership("join", of: .bob)
        let params: TestJSON = ["event": .event(join), "room_version": "11"]
        _ = try await service.check(params)
        // Its graph has the events as others see them, and its store has lost them.
        let cold = AuthorizationService(graph: service.graph, decisionLog: log) { $0.detail }
        let dispatcher = Dispatcher(methods: cold.methods, info: AuthorizationService.info)
        let message: TestJSON = ["jsonrpc": "2.0", "id": 1, "method": "auth.check", "params": params]
        _ = dispatcher.respond(to: message.bytes, in: .local)
        let record = try #require(log.takeAll().first)
        let line = await away.line(of: record).bytes
        guard case .incomplete = try await DecisionReplay(line: line).outcome else {
            Issue.record("\(String(decoding: line, as: UTF8.self))")
            return
        }
    }

    @Test
    func `denials alone are taken down where that is asked for`() async throws {
        let room = try TestRoom.furnished(.v11)
        let log = DecisionLog(of: .denials)
        let service = AuthorizationService(graph: AuthGraph(store: MemoryEventStore()), decisionLog: log) { $0.detail }
        let dispatcher = Dispatcher(methods: service.methods, info: AuthorizationService.info)
        for event in [try room.membership("join", of: .bob), try room.event("m.room.message", by: .bob)] {
            let message: TestJSON = [
                "jsonrpc": "2.0", "id": 1, "method": "auth.check",
                "params": ["event": .event(event), "events": .events(room.events)],
            ]
            _ = dispatcher.respond(to: message.bytes, in: .local)
        }
        #expect(log.takeAll().count == 1)
    }

    @Test
    func `what is more than may wait is left out and counted`() async throws {
        let room = try TestRoom.furnished(.v11)
        let log = DecisionLog(of: .all)
        let service = AuthorizationService(graph: AuthGraph(store: MemoryEventStore()), decisionLog: log) { $0.detail }
        let dispatcher = Dispatcher(methods: service.methods, info: AuthorizationService.info)
        let message: TestJSON = [
            "jsonrpc": "2.0", "id": 1, "method": "auth.check",
            "params": ["event": .event(room.create), "room_version": "11"],
        ]
        for _ in 0..<2_010 { _ = dispatcher.respond(to: message.bytes, in: .local) }
        #expect(log.droppedCount == 10)
        #expect(log.takeAll().count == 2_000 && log.takeAll().isEmpty)
    }

    @Test(arguments: [
        ("", "it is not JSON"), ("[]", "it has no result"), ("{}", "it has no result"),
        (#"{"result":{},"method":"auth.check","params":{},"stored":[{}]}"#, "a stored event has no"),
        (
            #"{"result":{},"method":"auth.check","params":{},"stored":[{"room_version":"11","event":{},"rejected":true}]}"#,
            "a stored event cannot be read"
        ),
        (#"{"result":{},"method":"auth.check","params":{},"keys":[{"server":"a"}]}"#, "a key has no"),
    ])
    func `a line that is none is told of`(text: String, problem: String) async throws {
        do throws(DecisionLineError) {
            _ = try await DecisionReplay(line: Array(text.utf8))
            Issue.record("it was taken for a line")
        } catch {
            #expect(error.description.contains(problem), "\(error)")
        }
    }

    /// The line of a join that is allowed.
    private static func line() async throws -> [UInt8] {
        let room = try TestRoom.furnished(.v11)
        let service = try await TestedService.storing(room)
        let join = try room.membership("join", of: .bob)
        let message: TestJSON = ["jsonrpc": "2.0", "id": 1, "method": "auth.check", "params": ["event": .event(join)]]
        _ = await service.answer(to: message.bytes)
        return try #require(await service.takeDecisionLines().first)
    }
}
