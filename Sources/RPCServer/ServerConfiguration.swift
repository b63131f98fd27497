import NIOCore

/// What a server needs to be told.
package struct ServerConfiguration: Sendable {
    package var addresses: [ListenAddress]
    /// The mode of unix sockets' files, such as `0o660`; as the process's umask has it where it is `nil`.
    package var socketFileMode: UInt32?
    package var connections = ConnectionLimits()
    /// How long a graceful stop waits for requests in flight and for readers.
    package var drainTimeout: Duration = .seconds(10)
    /// Threads that serve connections.
    package var eventLoopCount = System.coreCount

    package init(addresses: [ListenAddress]) {
        self.addresses = addresses
    }
}

/// What one connection may take.
package struct ConnectionLimits: Sendable {
    /// Bytes of one message. A `send_join` response of 30,000 events has some 27 MB.
    package var messageByteCount = 64 << 20
    /// Requests that wait for something at the same time. Reading pauses beyond it.
    package var inFlightCount = 128
    /// Bytes of answers that wait to be sent. Reading pauses beyond it.
    package var outboundByteCount = 256 << 10
    /// How long a connection is kept open for its client to hang up, once all is answered.
    package var lingerTimeout: Duration = .seconds(1)

    package init() {}
}
