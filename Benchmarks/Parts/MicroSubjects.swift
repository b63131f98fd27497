import AuthGraph
import AuthorizationService
import CanonicalJSON
import EventAuthorization
import EventTestSupport
import JSONRPC
import MatrixEvents

/// What the micro measurements work on.
struct MicroSubjects {
    let message: Event
    let join: Event
    /// An `auth.check` of the message, whose references are in memory.
    let request: [UInt8]
    private let room: TestRoom
    private let largeRoom: TestRoom
    private let powerLevels: Event
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
            content: ["msgtype": "m.text", "body": .string(String(repeating: "a message of some length ", count: 6))]
        )
        join = try room.membership("join", of: .carol)
        self.room = room
        signedBytes = message.signedBytes
        signature = UTF8Text(TestSigningKey(of: "b").signature(over: signedBytes))

        var largeRoom = try TestRoom.furnished(.v11)
        var users: [(key: String, value: TestJSON)] = [(UserID.alice.description, 100)]
        for index in 0..<1000 { users.append(("@user\(index):server\(index % 20).example", 10)) }
        try largeRoom.setPowerLevels(["users": .object(users)])
        users[500].value = 20
        powerLevels = try largeRoom.event(.powerLevels, by: .alice, stateKey: "", content: ["users": .object(users)])
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

extension AuthGraphLimits {
    /// Nothing is read again while a benchmark runs.
    fileprivate static var lasting: AuthGraphLimits {
        var limits = AuthGraphLimits()
        limits.flagLifetime = .seconds(86_400)
        return limits
    }
}
