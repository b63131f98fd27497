import Synchronization

/// Whether the server can be sent requests, as load balancers ask. It is asked on event loops and never waits.
package final class Health: Sendable {
    /// Why a server is not to be sent requests.
    package enum Obstacle: String, Sendable {
        /// What it needs has not answered for the first time yet.
        case starting
        /// The database does not answer, or not in time.
        case database
        /// The database's tables are not those of this build.
        case schema
        /// The server is told to stop.
        case draining
    }

    private struct State {
        var store: Obstacle?
        var isDraining = false
    }

    private let state: Mutex<State>

    /// - Parameter obstacle: what there is at the start; `nil` where the server depends on nothing.
    package init(startingWith obstacle: Obstacle? = nil) {
        state = Mutex(State(store: obstacle))
    }

    /// Why no requests are to be sent; `nil` where they may.
    package var obstacle: Obstacle? {
        state.withLock { $0.isDraining ? .draining : $0.store }
    }

    func beginDraining() { state.withLock { $0.isDraining = true } }

    /// Takes note of what stands between the server and its store.
    ///
    /// - Returns: whether that is another than before.
    func storeHas(_ obstacle: Obstacle?) -> Bool {
        state.withLock { state in
            defer { state.store = obstacle }
            return state.store != obstacle
        }
    }
}
