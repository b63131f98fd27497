import AuthorizationService
import ServiceLifecycle

/// Writes the decisions of a service to a file, those that are left when the server has ended too.
struct DecisionLogging: Service {
    let service: AuthorizationService
    let log: DecisionLog
    let file: LineFile

    func run() async throws {
        await withGracefulShutdownHandler {
            await service.writeDecisions { file.append($0) }
        } onGracefulShutdown: {
            log.finish()
        }
    }
}
