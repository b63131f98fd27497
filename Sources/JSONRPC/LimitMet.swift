import Synchronization

/// A limit of the service at which a request was refused or a connection cut off. The raw value is what metrics call it.
package enum LimitMet: String, CaseIterable, Sendable {
    /// Connections at the same time.
    case connections
    /// Bytes of one message.
    case messageBytes = "message_bytes"
    /// Bytes of messages that have arrived in part, all connections together.
    case inboundBytes = "inbound_bytes"
    /// Bytes of answers that clients have yet to take, all connections together.
    case outboundBytes = "outbound_bytes"
    /// How long a message may take to arrive.
    case messageTimeout = "message_timeout"
    /// How long a client may take none of its answers.
    case writeTimeout = "write_timeout"
    /// How long a connection may be idle.
    case idleTimeout = "idle_timeout"
    /// How much, and for how long, somebody may send who has shown no credentials.
    case stranger
    /// Tokens shown in vain from one address.
    case attempts
    /// Requests in one batch.
    case batchSize = "batch_size"
    /// Requests that wait, all connections together.
    case inFlight = "in_flight"
    /// Look-ups and walks that wait for the database.
    case loads
}

/// How often each limit was met.
package final class LimitCounters: Sendable {
    private let counts = Mutex<[LimitMet: Int]>([:])

    package init() {}

    package func count(_ limit: LimitMet) {
        counts.withLock { $0[limit, default: 0] += 1 }
    }

    package subscript(limit: LimitMet) -> Int {
        counts.withLock { $0[limit] ?? 0 }
    }
}
