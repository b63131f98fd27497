import CanonicalJSON
import EventTestSupport
import Foundation
import MatrixEvents
import Testing

@testable import PostgresStore

/// `eventauth serve` as processes of its own, on real databases.
struct ServeTests {
    @Test
    func `a server without a database serves what it was given to start with`() async throws {
        let room = try TestRoom.furnished(.v11)
        let folder = try TemporaryFolder()
        let server = try await RunningEventauth("--preload", try folder.gzipped("room.jsonl", room.importLines))
        let join = try room.membership("join", of: .bob)
        let result = try await server.call("auth.check", ["event": .raw(String(decoding: join.pdu, as: UTF8.self))])
        #expect(result["result"]?.object?["rule"]?.text == UTF8Text("member.join.public"))
        server.terminate()
        #expect(try await server.status() == 0)
        #expect(!FileManager.default.fileExists(atPath: server.socketPath))
    }

    @Test
    func `several listeners may come from the environment, with commas between them`() async throws {
        let environment = ["EVENTAUTH_LISTEN": "unix:/tmp/eventauth-never,nonsense"]
        let output = try await Eventauth.run(["serve"], environment: environment)
        #expect(output.status == 64)
        #expect(output.errors.contains("'nonsense'"))
    }

    @Test
    func `a server does not start on a database that is behind, and says what helps`() async throws {
        let database = try await TemporaryPostgres.shared.makeDatabase()
        let output = try await Eventauth.run(
            "serve",
            "--listen",
            "unix:/tmp/eventauth-never",
            "--database",
            database.url
        )
        #expect(output.status == 1)
        #expect(output.errors.contains("run `eventauth migrate`"))
        #expect(!FileManager.default.fileExists(atPath: "/tmp/eventauth-never"))

        #expect(try await Eventauth.run("migrate", "--database", database.url).status == 0)
        let server = try await RunningEventauth("--database", database.url)
        server.terminate()
        #expect(try await server.status() == 0)
    }

    @Test
    func `a server does not start on a database that is ahead, and names the migration`() async throws {
        let database = try await migratedDatabase()
        let connection = PostgresConnection(configuration: database, logger: .quiet)
        try await connection.run(
            "INSERT INTO eventauth_migrations (version, name, checksum) VALUES (9999, 'future', 'x')"
        )
        for command in ["serve", "migrate"] {
            let output = try await Eventauth.run(command, "--database", database.url)
            #expect(output.status == 1)
            #expect(output.errors.contains("9999_future"))
        }
    }

    @Test
    func `two servers on one database see what the other one stores`() async throws {
        let database = try await migratedDatabase()
        let (first, second) = (
            try await RunningEventauth("--database", database.url),
            try await RunningEventauth("--database", database.url)
        )
        let room = try TestRoom.furnished(.v12)
        let put = try await first.call("events.put", ["room_version": "12", "events": .events(room.events)])
        #expect(put["result"]?.object?["results"]?.array?.count == room.events.count)
        let join = try room.membership("join", of: .bob)
        let check = try await second.call("auth.check", ["event": .event(join)])
        #expect(check["result"]?.object?["rule"]?.text == UTF8Text("member.join.public"))
        let get = try await second.call("events.get", ["event_ids": [.string(room.create.id.description)]])
        #expect(
            get["result"]?.object?["events"]?.array?.first { _ in true }?.source.elementsEqual(room.create.pdu) == true
        )
    }

    @Test
    func `a server that is told to stop answers what is in flight, and ends well`() async throws {
        let database = try await migratedDatabase()
        let room = try TestRoom.furnished(.v11)
        let server = try await RunningEventauth("--database", database.url, "--flag-ttl", "0")
        _ = try await server.call("events.put", ["room_version": "11", "events": .events(room.events)])

        let holder = LockHolder(database)
        try await holder.lock()
        let client = try server.connect()
        let params: TestJSON = ["event_id": .string(room.create.id.description)]
        try await client.send([SocketClient.request("auth.check", params, id: 7)])
        try await holder.waitForSomeoneElse()
        server.terminate()
        try await holder.unlock()
        let reply = try await client.receive()
        #expect(reply["id"]?.number?.int64 == 7)
        #expect(reply["result"]?.object?["verdict"]?.text == UTF8Text("allow"))
        #expect(try await server.status() == 0)
    }

    @Test
    func `a caller's time limit ends its wait for a database that hangs`() async throws {
        let database = try await migratedDatabase()
        let server = try await RunningEventauth("--database", database.url)
        let holder = LockHolder(database)
        try await holder.lock()
        let reply = try await server.call("auth.check", ["event_id": "$nobody", "timeout_ms": 50])
        #expect(reply["error"]?.object?["data"]?.object?["reason"]?.text == UTF8Text("deadline_exceeded"))
        try await holder.unlock()
        let later = try await server.call("auth.check", ["event_id": "$nobody"])
        #expect(later["error"]?.object?["data"]?.object?["reason"]?.text == UTF8Text("events_missing"))
    }

    @Test
    func `a server outlives its database, and says meanwhile that it is away`() async throws {
        let postgres = try TemporaryPostgres()
        let database = try await postgres.makeDatabase()
        #expect(try await Eventauth.run("migrate", "--database", database.url).status == 0)
        let server = try await RunningEventauth("--database", database.url, "--flag-ttl", "0")
        let room = try TestRoom.furnished(.v11)
        _ = try await server.call("events.put", ["room_version": "11", "events": .events(room.events)])
        let params: TestJSON = ["event": .event(try room.membership("join", of: .bob)), "room_version": "11"]

        try postgres.stop()
        for _ in 0..<20 {
            let data = try await server.call("auth.check", params)["error"]?.object?["data"]?.object
            #expect(data?["reason"]?.text == UTF8Text("store_unavailable"))
            #expect(data?["retryable"]?.bool == true)
        }
        try postgres.start()
        let end = ContinuousClock.now + .seconds(60)
        var reply = try await server.call("auth.check", params)
        while reply["result"] == nil, ContinuousClock.now < end {
            #expect(reply["error"]?.object?["data"]?.object?["reason"]?.text == UTF8Text("store_unavailable"))
            reply = try await server.call("auth.check", params)
        }
        #expect(reply["result"]?.object?["verdict"]?.text == UTF8Text("allow"))
    }
}
