import ArgumentParser
import AuthorizationService
import CanonicalJSON
import FoundationEssentials
import Logging
import MatrixEvents
import PostgresStore

struct KeysList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the servers' keys that are stored."
    )

    @OptionGroup var database: DatabaseOption

    @Flag(help: "Print the keys as JSON, one a line.")
    var json = false

    func run() async throws {
        let store = try await database.openStore(.program(.warning))
        let keys: [ServerKey]
        do {
            keys = try await store.allKeys()
        } catch {
            await store.close()
            throw error
        }
        await store.close()
        for key in keys { print(json ? key.json : key.line) }
    }
}

extension ServerKey {
    /// The key as a person reads it: server, id, key, and how long it is good.
    fileprivate var line: String {
        let columns = [
            id.server.description.padded(to: 32), id.keyID.string.padded(to: 20),
            publicKey.base64.string.padded(to: 44),
        ]
        return columns.joined(separator: " ") + validity
    }

    private var validity: String {
        if publicKey.isPubliclyKnown { return "never good: everyone knows its private half" }
        if let expired { return "expired \(expired.date)" }
        return validUntil.map { "valid until \($0.date)" } ?? "valid without bounds"
    }

    fileprivate var json: String {
        var writer = JSONWriter()
        writer.serverKey(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension Timestamp {
    /// `2023-11-14T22:13:20Z`; the milliseconds as they stand where no calendar reaches.
    fileprivate var date: String {
        // The years 1970 to 9999.
        guard 0..<253_402_300_800_000 ~= milliseconds else { return "\(milliseconds)" }
        return Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(.iso8601)
    }
}
