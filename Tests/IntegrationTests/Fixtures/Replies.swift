import CanonicalJSON
import EventTestSupport
import Synchronization
import Testing

extension JSONObject {
    /// The rule of a reply that holds a decision.
    var rule: String? { self["result"]?.object?["rule"]?.text?.string }

    /// The word for the error of a reply that holds one.
    var errorReason: String? { errorData?["reason"]?.text?.string }

    /// Whether a reply says that the database gives no answer at present, and that asking again may help.
    var isUnavailable: Bool {
        errorReason == "store_unavailable" && errorData?["retryable"]?.bool == true
            && errorData?["retry_after_ms"]?.number != nil && self["result"] == nil
    }

    func items(_ key: StaticString) -> [JSONValue] { self[key]?.array?.map { $0 } ?? [] }

    private var errorData: JSONObject? { self["error"]?.object?["data"]?.object }
}

extension SocketClient {
    /// The result of a call; a failure of the test where there is an error instead.
    func result(_ method: String, _ params: TestJSON) async throws -> JSONObject {
        let reply = try await call(method, params)
        return try #require(reply["result"]?.object, "\(String(decoding: reply.value.source, as: UTF8.self))")
    }
}

/// Asks until `condition` holds, which must be within `limit`.
///
/// - Returns: how long it took.
@discardableResult
func eventually(
    within limit: Duration,
    _ expectation: Comment,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws -> Duration {
    let start = ContinuousClock.now
    while try await !condition() {
        try #require(ContinuousClock.now - start < limit, expectation, sourceLocation: sourceLocation)
        try await Task.sleep(for: .milliseconds(2))
    }
    return ContinuousClock.now - start
}

/// Runs `body` while others go on: each of `clients` does `other` over and over until `body` is through.
func whileOthersGoOn(
    _ clients: [SocketClient],
    _ other: @escaping @Sendable (SocketClient) async throws -> Void,
    _ body: () async throws -> Void
) async throws {
    let end = End()
    try await withThrowingTaskGroup { group in
        for client in clients {
            group.addTask {
                while !end.hasCome { try await other(client) }
            }
        }
        try await body()
        end.come()
        try await group.waitForAll()
    }
}

/// Whether something is over.
private final class End: Sendable {
    private let isOver = Atomic(false)

    var hasCome: Bool { isOver.load(ordering: .relaxed) || Task.isCancelled }

    func come() { isOver.store(true, ordering: .relaxed) }
}
