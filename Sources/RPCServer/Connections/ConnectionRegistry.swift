import NIOCore
import Synchronization

/// The connections that are open, so that a stop can reach them all.
final class ConnectionRegistry: Sendable {
    private struct State {
        var connections: [ObjectIdentifier: any Channel] = [:]
        var isDraining = false
    }

    private let state = Mutex(State())

    /// Keeps `connection` until it closes. One that comes while the server stops is stopped too.
    func add(_ connection: any Channel) {
        let key = ObjectIdentifier(connection)
        let isDraining = state.withLock { state in
            state.connections[key] = connection
            return state.isDraining
        }
        connection.closeFuture.whenComplete { [self] _ in
            _ = state.withLock { $0.connections.removeValue(forKey: key) }
        }
        if isDraining { Self.drain(connection) }
    }

    /// How many connections are open.
    var count: Int { state.withLock(\.connections.count) }

    /// Tells every connection that it is to end soon.
    func windDown() {
        for connection in open { connection.pipeline.fireUserInboundEventTriggered(ConnectionEvent.windDown) }
    }

    /// Lets every connection answer what is in flight, take nothing more, and close.
    func drain() {
        let connections = state.withLock { state in
            state.isDraining = true
            return Array(state.connections.values)
        }
        for connection in connections { Self.drain(connection) }
    }

    /// Closes every connection at once.
    func closeAll() {
        for connection in open { connection.close(promise: nil) }
    }

    /// Returns once no connection is open.
    func waitUntilEmpty() async {
        while true {
            let connections = open
            if connections.isEmpty { return }
            for connection in connections {
                // How a connection came to close does not matter here.
                _ = try? await connection.closeFuture.get()
            }
        }
    }

    private var open: [any Channel] {
        state.withLock { Array($0.connections.values) }
    }

    private static func drain(_ connection: any Channel) {
        connection.pipeline.fireUserInboundEventTriggered(ConnectionEvent.lastCall)
    }
}
