import AuthGraph
import AuthorizationService
import CanonicalJSON
import EventAuthorization
import EventTestSupport
import JSONRPC
import MatrixEvents

/// What the measurements of parts work on.
struct MicroSubjects {
    let message: Event
    let join: Event
    let powerLevels: Event
    /// What decides each of these.
    let messageState: ProtocolState
    let joinState: ProtocolState
    let powerLevelsState: ProtocolState
    /// An `auth.check` of the message, whose references are in memory.
    let request: [UInt8]
    private let room: TestRoom
    private let largeRoom: TestRoom
    private let dispatcher: Dispatcher
    private let signatureCheck = SignatureCheck(keys: .ofTest("a", "b"), now: .now)
    private let publicKey = TestSigningKey(of: "b").published
    private let signature: UTF8Text
    private let signedBytes: [UInt8]

    init() async throws {
        var room = try TestRoom.furnished(.v11)
        try room.join(.bob)
        message = try room.event(
            "m.room.message",
            by: .bob,
            content: ["msgtype": "m.text", "body": .string(String(repeating: "a message of some length ", count: 9))]
        )
        join = try room.membership("join", of: .carol)
        messageState = room.protocolState(for: message)
        joinState = room.protocolState(for: join)
        self.room = room
        signedBytes = message.signedBytes
        signature = UTF8Text(TestSigningKey(of: "b").signature(over: signedBytes))

        var largeRoom = try TestRoom.furnished(.v11)
        var users: [(key: String, value: TestJSON)] = [(UserID.alice.description, 100)]
        for index in 0..<1000 { users.append(("@user\(10_000 + index):server\(index % 20).example", 10)) }
        try largeRoom.setPowerLevels(["users": .object(users)])
        users[500].value = 20
        powerLevels = try largeRoom.event(.powerLevels, by: .alice, stateKey: "", content: ["users": .object(users)])
        powerLevelsState = largeRoom.protocolState(for: powerLevels)
        self.largeRoom = largeRoom

        let graph = AuthGraph(store: MemoryEventStore(), limits: .lasting)
        let outcome = StoredOutcome(verdict: .allow, rule: "benchmark", isRejected: false)
        _ = try await graph.save(room.events.map { NewEvent($0, pdu: $0.pdu, outcome: outcome) })
        let service = AuthorizationService(graph: graph) { $0.detail }
        dispatcher = Dispatcher(methods: service.methods, info: AuthorizationService.info)
        request = Self.request(for: message)
    }

    private let session = Session.local

    func decide(_ event: Event) -> Decision { room.decide(event) }
    func decidePowerLevels() -> Decision { largeRoom.decide(powerLevels) }
    func checkSignatures() -> SignatureFinding { signatureCheck.finding(for: message) }
    func verifyBytes() -> Bool { publicKey.verifies(signature, of: signedBytes) }
    func respond() -> Reply { dispatcher.respond(to: request, in: session) }

    /// An `auth.check` of `event`.
    static func request(for event: Event, id: Int = 1) -> [UInt8] {
        JSONFragment { writer in
            writer.object { writer in
                writer.key("jsonrpc")
                writer.string("2.0")
                writer.key("id")
                writer.integer(id)
                writer.key("method")
                writer.string("auth.check")
                writer.key("params")
                writer.object { writer in
                    writer.key("room_version")
                    writer.string(event.roomVersion.rawValue)
                    writer.key("event")
                    writer.raw(event.pdu)
                }
            }
        }.bytes
    }
}

extension TestRoom {
    /// What the room's state has for the rules to decide `event` by.
    func protocolState(for event: Event) -> ProtocolState {
        var decisive = ProtocolState()
        for (key, slot) in AuthEventSelection(for: event).entries {
            if let event = state[key] { _ = decisive.place(AuthEvent(event), in: slot) }
        }
        decisive.create = AuthEvent(create)
        return decisive
    }
}

extension AuthGraphLimits {
    /// Nothing is read again while a benchmark runs.
    static var lasting: AuthGraphLimits {
        var limits = AuthGraphLimits()
        limits.flagLifetime = .seconds(86_400)
        return limits
    }
}
