import Crypto
import MatrixEvents

/// One step of the database's layout: a file `Migrations/NNNN_name.sql`, compiled into the program.
package struct Migration: Hashable, Sendable {
    package let version: Int64
    package let name: String
    package let sql: [UInt8]

    package init(version: Int64, name: String, sql: [UInt8]) {
        self.version = version
        self.name = name
        self.sql = sql
    }

    /// Every migration of this build, in order. A test holds this list to the folder's files.
    package static let all = [
        Migration(version: 1, name: "events", sql: PackageResources._001_events_sql),
        Migration(version: 2, name: "outcomes", sql: PackageResources._002_outcomes_sql),
        Migration(version: 3, name: "server_keys", sql: PackageResources._003_server_keys_sql),
        Migration(version: 4, name: "room_state", sql: PackageResources._004_room_state_sql),
    ]

    /// SHA-256 of the file, in hexadecimal.
    package var checksum: String { Hexadecimal.encode(SHA256.hash(data: sql)) }

    /// The file's name without its ending.
    package var label: String {
        let digits = String(version)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "_" + name
    }
}
