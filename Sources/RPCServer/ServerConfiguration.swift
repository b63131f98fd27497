import NIOCore

/// What a server needs to be told.
package struct ServerConfiguration: Sendable {
    package var addresses: [ListenAddress]
    package var socketFile = SocketFileAccess()
    /// Certificates for TCP listeners; `nil` for none.
    package var tls: TLSContext?
    /// Who callers are by what they show; `nil` where no listener asks for credentials.
    package var authentication: (any Authentication)?
    /// Whether addresses that other machines reach are listened on without TLS or without credentials.
    package var allowsUnprotected = false
    /// Connections at the same time.
    package var connectionCount = 20_000
    /// Bytes of messages that have arrived in part, all connections together.
    package var inboundByteCount = 1 << 30
    /// Bytes of answers that clients have yet to take, all connections together.
    package var outboundByteCount = 1 << 30
    /// How old a connection gets before its client is sent to connect anew, give or take a tenth.
    package var connectionAge: Duration?
    package var connections = ConnectionLimits()
    /// How long a server that is told to stop goes on as before, saying only that it is not ready.
    package var drainWait: Duration = .zero
    /// How long a graceful stop waits for requests in flight and for readers.
    package var drainTimeout: Duration = .seconds(10)
    /// Threads that serve connections.
    package var eventLoopCount = System.coreCount

    package init(addresses: [ListenAddress]) {
        self.addresses = addresses
    }

    /// Throws where other machines could do as they like.
    package func checkProtection() throws(ListenError) {
        for address in addresses where !address.isLocal && !allowsUnprotected {
            if tls == nil { throw .unprotected(address, lacking: "TLS certificate") }
            if authentication == nil { throw .unprotected(address, lacking: "credentials") }
        }
    }
}

/// What one connection may take.
package struct ConnectionLimits: Sendable {
    /// Bytes of one message. A `send_join` response of 30,000 events has some 27 MB.
    package var messageByteCount = 64 << 20
    /// Bytes of one message in lines from someone who has shown no credentials yet.
    package var strangerByteCount = 64 << 10
    /// Requests that wait for something at the same time. Reading pauses beyond it.
    package var inFlightCount = 128
    /// Bytes of answers that wait to be sent. Reading pauses beyond it.
    package var outboundByteCount = 256 << 10
    /// How long the bytes of one message may take to arrive, from the first to the last.
    package var messageTimeout: Duration = .seconds(30)
    /// How long a client may take none of its answers, give or take a quarter.
    package var writeTimeout: Duration = .seconds(60)
    /// How long an HTTP connection, or one that has sent nothing yet, may be idle.
    package var idleTimeout: Duration = .seconds(600)
    /// How long nothing must have happened on a connection that is to end.
    package var quietTime: Duration = .milliseconds(100)
    /// How long a connection is kept open for its client to hang up, once all is answered.
    package var lingerTimeout: Duration = .seconds(1)

    package init() {}
}
