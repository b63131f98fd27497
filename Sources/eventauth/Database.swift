import ArgumentParser
import Logging
import PostgresStore

/// The options of commands that write to a database, or read what no homeserver has.
struct DatabaseOption: ParsableArguments {
    @OptionGroup var file: ConfigOption

    @Option(help: "The database, as libpq takes it: postgresql://user@host/name.")
    var database: String

    @OptionGroup var layout: LayoutOptions

    func validate() throws {
        guard !layout.layout.isReadOnly else {
            throw ValidationError(
                "this command is not for --layout \(layout.layout.rawValue), whose tables are only read"
            )
        }
    }

    /// An open store, once its tables are known to be those of this build.
    func openStore(_ logger: Logger) async throws -> PostgresStore {
        try await .open(PostgresConfiguration(url: database), logger: logger)
    }
}

/// The options of commands that only read events, wherever they are.
struct ReadDatabaseOption: ParsableArguments {
    @OptionGroup var file: ConfigOption

    @Option(help: "The database, as libpq takes it: postgresql://user@host/name.")
    var database: String?

    @OptionGroup var layout: LayoutOptions
}

extension PostgresStore {
    /// An open store, once its tables are known to be such as this build knows.
    static func open(
        _ configuration: PostgresConfiguration,
        logger: Logger,
        reportTime: @escaping @Sendable (DatabaseWork, Duration) -> Void = { _, _ in }
    ) async throws -> PostgresStore {
        let store = PostgresStore(configuration: configuration, logger: logger, reportTime: reportTime)
        do {
            try await store.checkSchema()
        } catch {
            await store.close()
            throw error
        }
        return store
    }
}
