import JSONRPC
import Logging
import ServiceContextModule

/// Writes finished requests to the log: defects as errors, what a client is to try again as information, and everything
/// else for debugging alone.
struct RequestLog: Sendable {
    let logger: Logger

    func finished(_ call: FinishedCall) {
        let level = Self.level(of: call.error)
        guard logger.logLevel <= level else { return }
        var metadata: Logger.Metadata = [
            "request": "\(call.origin.requestID)", "method": "\(call.method?.description ?? "unknown")",
            "outcome": "\(call.error?.reason ?? "result")", "caller": "\(call.origin.session.caller.name)",
            "milliseconds": "\(call.duration / .milliseconds(1))",
        ]
        if let incident = call.incident { metadata["incident"] = "\(incident)" }
        logger.log(level: level, "Request", metadata: metadata)
    }

    private static func level(of error: RPCError.Kind?) -> Logger.Level {
        switch error {
        case .internalDefect: .error
        case .storeUnavailable, .deadlineExceeded, .overloaded, .graphCorrupt: .info
        default: .debug
        }
    }
}

/// The request that a task works for, as its logs call it.
enum RequestID: ServiceContextKey {
    typealias Value = String
}

extension Logger.MetadataProvider {
    /// Names the request that is worked for.
    static let request = Logger.MetadataProvider {
        ServiceContext.current?[RequestID.self].map { ["request": "\($0)"] } ?? [:]
    }
}
