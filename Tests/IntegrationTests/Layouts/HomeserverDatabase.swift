import EventTestSupport
import Foundation
import Testing

@testable import PostgresStore

/// A database with a homeserver's tables, and a role that may do nothing but read those of them that are to be read.
struct HomeserverDatabase: Sendable {
    /// As whoever owns the tables.
    let owner: PostgresConfiguration
    /// As the service is to come.
    let reader: PostgresConfiguration

    /// What docs/OPERATING.md tells operators of Synapse to grant.
    static let synapseGrant = """
        GRANT SELECT ON events, event_json, event_auth, rejections, rooms, current_state_events,
            schema_version, schema_compat_version
        """

    /// What docs/OPERATING.md tells operators of Dendrite to grant.
    static let dendriteGrant = """
        GRANT SELECT ON roomserver_events, roomserver_event_json, roomserver_rooms,
            roomserver_state_snapshots, roomserver_state_block, db_migrations
        """

    /// The recorded dump of a Synapse, restored.
    static func restoredSynapse() async throws -> HomeserverDatabase {
        let owner = try await TemporaryPostgres.shared.makeDatabase()
        let dump = SharedData.folder.appending(path: "rooms/synapse-db.sql.gz").path()
        let folder = try TemporaryFolder()
        try await run(
            "bash",
            "-c",
            #"set -o pipefail; gzip -dc "$1" | psql -q -v ON_ERROR_STOP=1 "$2""#,
            "bash",
            dump,
            owner.url,
            in: folder
        )
        return try await HomeserverDatabase(owner, .synapse, granting: synapseGrant)
    }

    init(_ owner: PostgresConfiguration, _ layout: DatabaseLayout, granting grant: String) async throws {
        let name = "reader_\(UInt32.random(in: .min ... .max))"
        let connection = makeConnection(owner)
        try await connection.run("CREATE ROLE \(name) LOGIN; \(grant) TO \(name)")
        await connection.close()
        self.owner = owner
        var reader = owner
        reader.url = owner.url.replacing("user=eventauth", with: "user=\(name)")
        reader.layout = layout
        self.reader = reader
    }

    /// The program's arguments for the database.
    var arguments: [String] { ["--database", reader.url, "--layout", reader.layout.rawValue] }

    /// Changes something, as the homeserver might.
    func change(_ sql: String) async throws {
        let connection = makeConnection(owner)
        try await connection.run(sql)
        await connection.close()
    }

    /// The first column of every row, as text.
    func texts(_ sql: String) async throws -> [String] {
        let connection = makeConnection(owner)
        let texts = try await connection.texts(sql)
        await connection.close()
        return texts
    }
}
