import ArgumentParser
import PostgresStore

/// Whose tables a database has.
struct LayoutOptions: ParsableArguments {
    @Option(help: "Whose tables the database has: native, or synapse or dendrite, which are only read.")
    var layout = DatabaseLayout.native

    @Option(
        help: """
            A schema of the homeserver's tables to read although this build does not know it: Synapse's number, or the name of \
            a migration of Dendrite's. May be given several times.
            """
    )
    var allowSchema: [String] = []

    func validate() throws {
        guard layout.isReadOnly || allowSchema.isEmpty else {
            throw ValidationError("--allow-schema is for --layout synapse and --layout dendrite")
        }
    }

    /// How to reach the database at `url`.
    func configuration(_ url: String) -> PostgresConfiguration {
        var configuration = PostgresConfiguration(url: url)
        configuration.layout = layout
        configuration.allowedSchemas = allowSchema
        return configuration
    }
}

extension DatabaseLayout: ExpressibleByArgument {}
