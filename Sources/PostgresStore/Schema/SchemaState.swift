/// How the database's layout compares with the migrations of this build.
package enum SchemaState: Hashable, Sendable {
    case current
    /// These migrations have not been applied yet.
    case behind(missing: [String])
    /// The database has had these migrations, which this build does not know.
    case ahead(unknown: [String])
    /// These migrations are not today what they were when they were applied.
    case changed([String])
    /// These migrations have not been applied, though later ones have.
    case skipped([String])

    /// Compares what a database has had with what a build holds.
    init(applied: [AppliedMigration], known: [Migration]) {
        let appliedByVersion = Dictionary(applied.map { ($0.version, $0) }) { first, _ in first }
        let knownVersions = Set(known.map(\.version))
        let lastApplied = applied.map(\.version).max() ?? 0

        let changed = known.filter { migration in
            appliedByVersion[migration.version].map { !$0.isSame(as: migration) } ?? false
        }
        let unknown = applied.filter { !knownVersions.contains($0.version) }
        let missing = known.filter { appliedByVersion[$0.version] == nil }
        let skipped = missing.filter { $0.version < lastApplied }

        self =
            if !changed.isEmpty {
                .changed(changed.map(\.label))
            } else if !unknown.isEmpty {
                .ahead(unknown: unknown.map(\.label))
            } else if !skipped.isEmpty {
                .skipped(skipped.map(\.label))
            } else if !missing.isEmpty {
                .behind(missing: missing.map(\.label))
            } else {
                .current
            }
    }
}

extension SchemaState: CustomStringConvertible {
    /// What is the matter, and what to do about it.
    package var description: String {
        switch self {
        case .current:
            "the database is up to date"
        case .behind(let missing):
            "the database lacks \(missing.joined(separator: ", ")): run `eventauth migrate`"
        case .ahead(let unknown):
            "the database has had \(unknown.joined(separator: ", ")), which this eventauth does not know: "
                + "run the release that migrated it, or a later one"
        case .changed(let labels):
            "\(labels.joined(separator: ", ")) was applied to the database with other contents than this eventauth holds: "
                + "run the release that migrated it, or restore the file"
        case .skipped(let labels):
            "\(labels.joined(separator: ", ")) was never applied to the database, though later migrations were: "
                + "migrations are applied in order only"
        }
    }
}

/// A row of `eventauth_migrations`.
struct AppliedMigration: Hashable, Sendable {
    let version: Int64
    let name: String
    let checksum: String

    var label: String {
        Migration(version: version, name: name, sql: []).label
    }

    func isSame(as migration: Migration) -> Bool {
        name == migration.name && checksum == migration.checksum
    }
}
