import ArgumentParser
import CanonicalJSON
import Logging
import MatrixEvents
import PostgresStore

struct KeysImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Store servers' keys from files.",
        discussion: """
            A file is what a server answers to /_matrix/key/v2/server, or a notary's answer with several of those under \
            server_keys. Each must be signed with the keys that it publishes; that it came from that server is for \
            whoever fetched it to know. Or it is an object of servers, which nothing bounds in time:

              {"a.example": {"verify_keys": {"ed25519:1": {"key": "…"}}}}

            Of what is known already the newer word stays: the later valid_until_ts, and that a key expired. All files \
            are stored, or none.
            """
    )

    @OptionGroup var database: DatabaseOption

    @Flag(help: "Print the summary as JSON.")
    var json = false

    @Argument(help: "The files; - for standard input.")
    var files: [String]

    func run() async throws {
        var keys: [ServerKey] = []
        for file in files { keys += try KeyFile(file).keys }
        let store = try await database.openStore(.program(.warning))
        let areNew: [Bool]
        do {
            areNew = try await store.save(keys)
        } catch {
            await store.close()
            throw error
        }
        await store.close()
        let stored = areNew.count { $0 }
        report(servers: Set(keys.map(\.id.server)).count, stored: stored, known: keys.count - stored)
    }

    private func report(servers: Int, stored: Int, known: Int) {
        guard json else {
            print("stored \(stored.grouped) new or newer keys; \(known.grouped) were stored before")
            print("the files have keys of \(servers.grouped) servers")
            return
        }
        var writer = JSONWriter()
        writer.object { writer in
            for (key, count) in [("servers" as StaticString, servers), ("stored", stored), ("known", known)] {
                writer.key(key)
                writer.integer(count)
            }
        }
        print(String(decoding: writer.bytes, as: UTF8.self))
    }
}
