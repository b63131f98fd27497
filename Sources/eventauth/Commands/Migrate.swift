import ArgumentParser
import Logging
import PostgresStore

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring a database's tables to those of this build.",
        discussion: """
            Several may run at once: one works, the others wait. Migrations go forward only, each in a transaction of its \
            own. Run it before starting servers of a new build.
            """
    )

    @OptionGroup var database: DatabaseOption

    func run() async throws {
        let configuration = PostgresConfiguration(url: database.database)
        let migrator = Migrator(configuration: configuration, logger: .program(.warning))
        let applied = try await migrator.migrate()
        for migration in applied { print("applied \(migration.label)") }
        print(applied.isEmpty ? "the database is up to date" : "the database is now up to date")
    }
}
