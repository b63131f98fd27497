import Logging
import ServiceLifecycle
import UnixSignals

/// Reads files again on SIGHUP. What cannot be read stays as it was, and the log says why.
struct Reloads: Service {
    let logger: Logger
    /// What is read again, under the name that the log gives it.
    let actions: [(name: String, reload: @Sendable () throws -> Void)]

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await _ in await UnixSignalsSequence(trapping: .sighup) { reload() }
        }
    }

    private func reload() {
        for (name, reload) in actions {
            do {
                try reload()
                logger.notice("Read again", metadata: ["what": "\(name)"])
            } catch {
                logger.error("Not read again", metadata: ["what": "\(name)", "error": "\(error)"])
            }
        }
    }
}
