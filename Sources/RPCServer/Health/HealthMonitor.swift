package import Logging
import ServiceLifecycle

/// Asks the store now and then whether it answers, and keeps `health` up to date.
package struct HealthMonitor: Service {
    private let health: Health
    private let interval: Duration
    private let logger: Logger
    private let probe: @Sendable () async -> Health.Obstacle?

    /// - Parameter probe: asks the store, on a connection of its own and within a bound of its own.
    package init(
        health: Health,
        interval: Duration = .seconds(1),
        logger: Logger,
        probe: @escaping @Sendable () async -> Health.Obstacle?
    ) {
        self.health = health
        self.interval = interval
        self.logger = logger
        self.probe = probe
    }

    /// Probes until graceful shutdown or cancellation.
    package func run() async throws {
        await cancelWhenGracefulShutdown { await watch() }
    }

    private func watch() async {
        var history = ProbeHistory()
        while !Task.isCancelled {
            history.probeEnded(await probe())
            report(history.obstacle)
            try? await Task.sleep(for: interval)
        }
    }

    private func report(_ obstacle: Health.Obstacle?) {
        guard health.storeHas(obstacle) else { return }
        if let obstacle {
            logger.warning("Not ready", metadata: ["obstacle": "\(obstacle.rawValue)"])
        } else {
            logger.notice("Ready")
        }
    }
}
