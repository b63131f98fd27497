/// What a homeserver says of the schema of its tables.
package enum HomeserverSchema: Hashable, Sendable {
    /// Synapse numbers its schemas, and tells the oldest one whose programs can still use the tables.
    case synapse(version: Int64, compatible: Int64?)
    /// Dendrite's migrations of the room server's tables, by name.
    case dendrite(migrations: [String])
    /// There is nothing that the homeserver would have.
    case absent(DatabaseLayout)

    /// The schemas of Synapse whose tables this build knows.
    package static let synapseVersions: ClosedRange<Int64> = 72...94

    /// The migrations of Dendrite that this build knows, as of its version 0.15.2.
    package static let dendriteMigrations: Set<String> = [
        "roomserver: add forgotten column",
        "roomserver: drop column reference_sha from roomserver_events",
        "roomserver: drop column reference_sha from roomserver_prev_events",
        "roomserver: normalize room aliases",
        "roomserver: published appservice",
        "roomserver: published appservice pkey",
        blocksOfEvents,
    ]

    /// Before it, blocks of state were other than they are read here.
    private static let blocksOfEvents = "roomserver: state blocks refactor"

    /// What of the schema this build does not know; empty where it knows the tables.
    ///
    /// - Parameter allowed: a schema that the operator vouches for, as ``unknown(allowing:)`` names it.
    package func unknown(allowing allowed: [String]) -> [String] {
        switch self {
        case .synapse(let version, _):
            Self.synapseVersions.contains(version) ? [] : [String(version)].filter { !allowed.contains($0) }
        case .dendrite(let migrations):
            (migrations.filter { !Self.dendriteMigrations.contains($0) }
                + (migrations.contains(Self.blocksOfEvents) ? [] : ["before \(Self.blocksOfEvents)"]))
                .filter { !allowed.contains($0) }
        case .absent: ["none"]
        }
    }
}

extension HomeserverSchema: CustomStringConvertible {
    /// What was found, what is known, and what to do about it.
    package var description: String {
        switch self {
        case .synapse(let version, let compatible):
            "the database has Synapse's schema \(version)"
                + (compatible.map { ", which programs of schema \($0) and later can use" } ?? "")
                + "; this eventauth knows schemas \(Self.synapseVersions.lowerBound) to "
                + "\(Self.synapseVersions.upperBound): run a release that knows it, or vouch for it with "
                + "--allow-schema \(version)"
        case .dendrite:
            "the database has Dendrite's schema with "
                + unknown(allowing: []).map { "\"\($0)\"" }.joined(separator: ", ")
                + ", which this eventauth does not know (it knows "
                + Self.dendriteMigrations.sorted().map { "\"\($0)\"" }.joined(separator: ", ")
                + "): run a release that does, or vouch for each with --allow-schema NAME"
        case .absent(let layout):
            "the database has no tables of \(layout.name): is it the right database, and may this role read them?"
        }
    }
}

extension PostgresSession {
    /// What the homeserver, whose tables these are to be, says of their schema.
    func homeserverSchema(of layout: DatabaseLayout) throws(PostgresError) -> HomeserverSchema {
        do throws(PostgresError) {
            if layout == .dendrite {
                return .dendrite(
                    migrations: try query(.dendriteMigrations) { (result, row) throws(PostgresError) in
                        try result.text(row: row, column: 0)
                    }
                )
            }
            let schemas = try query(.synapseSchema) { (result, row) throws(PostgresError) in
                HomeserverSchema.synapse(
                    version: try result.integer(row: row, column: 0),
                    compatible: result.isNull(row: row, column: 1) ? nil : try result.integer(row: row, column: 1)
                )
            }
            return schemas.first ?? .absent(layout)
        } catch {
            guard case .failed(_, .undefinedTable, _) = error else { throw error }
            return .absent(layout)
        }
    }
}
