import ArgumentParser
import Logging
import PostgresStore

/// The options of commands that cannot do without a database.
struct DatabaseOption: ParsableArguments {
    @OptionGroup var file: ConfigOption

    @Option(help: "The database, as libpq takes it: postgresql://user@host/name.")
    var database: String

    /// An open store, once its tables are known to be those of this build.
    func openStore(_ logger: Logger) async throws -> PostgresStore {
        let store = PostgresStore(configuration: PostgresConfiguration(url: database), logger: logger)
        do {
            try await store.checkSchema()
        } catch {
            await store.close()
            throw error
        }
        return store
    }
}
