import ArgumentParser
import AuthorizationService
import Logging

/// What is logged to standard error, and how.
struct LogOptions: ParsableArguments {
    /// As swift-log has them, the least important first.
    enum Level: String, CaseIterable, ExpressibleByArgument {
        case trace, debug, info, notice, warning, error, critical

        var level: Logger.Level {
            switch self {
            case .trace: .trace
            case .debug: .debug
            case .info: .info
            case .notice: .notice
            case .warning: .warning
            case .error: .error
            case .critical: .critical
            }
        }
    }

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case text, json
    }

    @Option(help: "What to log, with all that matters more; debug has a line for every request.")
    var logLevel = Level.notice

    @Option(help: "How to log: as text, or as a JSON object a line.")
    var logFormat = Format.text

    @Option(help: "A file for decisions, one a line, from which `eventauth check --decisions FILE` makes them again.")
    var decisionLog: String?

    @Option(help: "Which decisions the file is for.")
    var decisionLogScope = DecisionLog.Scope.denials

    @Option(help: "A file for the spans of requests whose `traceparent` says that they are recorded, as OTLP's JSON.")
    var traces: String?

    /// The file for spans, opened; `nil` where none are written.
    func traceFile(_ logger: Logger) throws -> LineFile? {
        try traces.map { try LineFile($0, logger: logger) }
    }

    /// The file for decisions, opened; `nil` where none are written.
    func decisionFile(_ logger: Logger) throws -> LineFile? {
        try decisionLog.map { try LineFile($0, logger: logger) }
    }

    var logger: Logger { .program(logLevel.level, as: logFormat) }

    /// Writes a line that whoever starts a server waits for, whatever the level.
    func announce(_ line: String) {
        switch logFormat {
        case .text: printError(line)
        case .json: Logger.program(.notice, as: .json).notice("\(line)")
        }
    }
}

extension DecisionLog.Scope: ExpressibleByArgument {}

extension Logger {
    /// The program's logger, on standard error.
    static func program(_ level: Logger.Level, as format: LogOptions.Format = .text) -> Logger {
        var logger =
            switch format {
            case .text:
                Logger(label: "eventauth") { label in
                    StreamLogHandler.standardError(label: label, metadataProvider: .request)
                }
            case .json:
                Logger(label: "eventauth") { _ in JSONLogHandler(metadataProvider: .request) { writeError($0) } }
            }
        logger.logLevel = level
        return logger
    }
}
