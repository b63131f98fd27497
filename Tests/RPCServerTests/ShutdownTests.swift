import NIOCore
import RPCServer
import Testing

@Suite struct ShutdownTests {
    private let hold = #"{"jsonrpc":"2.0","method":"hold","id":1}"# + "\n"
    private let quick = #"{"jsonrpc":"2.0","method":"get_data","id":2}"# + "\n"

    @Test(arguments: RunningServer.SocketKind.allCases)
    func `a graceful stop answers what is in flight and what still comes`(kind: RunningServer.SocketKind) async throws {
        let gate = Gate()
        try await RunningServer.with(kind, methods: [gate.method]) { server in
            let idle = try server.connect()
            try await idle.send(quick)
            _ = try await idle.receiveLine()
            let busy = try server.connect()
            try await busy.send(hold)
            await gate.waitForArrivals(1)

            await server.beginShutdown()
            // The end of the idle connection tells that the stop has begun.
            #expect(try await idle.receiveLine() == nil)
            #expect(throws: (any Error).self) { try server.connect() }
            try await busy.send(quick)
            #expect(try await busy.receiveGist() == #"2=["hello",5]"#)
            await gate.open()
            #expect(try await busy.receiveGists() == ["1=true"])
        }
    }

    @Test func `a client that asked for notice gets it, and loses no request`() async throws {
        try await RunningServer.with {
            $0.connections.quietTime = .milliseconds(1)
        } _: { server in
            let client = try server.connect()
            try await client.send(#"{"jsonrpc":"2.0","method":"session.announce_closing","id":0}"# + "\n")
            #expect(try await client.receiveGist() == "0=true")
            await server.beginShutdown()
            #expect(try await client.receiveLine() == #"{"jsonrpc":"2.0","method":"session.closing"}"#)
            // However long the client takes, up to the drain timeout.
            for _ in 0..<3 {
                try await client.send(quick)
                #expect(try await client.receiveGist() == #"2=["hello",5]"#)
            }
            client.finishSending()
            #expect(try await client.receiveLine() == nil)
        }
    }

    @Test func `a stop first says that the server is not ready, and goes on for a while`() async throws {
        let health = Health()
        try await RunningServer.with(health: health) {
            $0.drainWait = .seconds(2)
        } _: { server in
            let client = try server.connect()
            #expect(try await client.get("/health/ready").status == 200)
            await server.beginShutdown()
            while health.obstacle == nil { await Task.yield() }
            let late = try server.connect()
            let ready = try await late.get("/health/ready")
            #expect(ready.status == 503)
            #expect(ready.body == #"{"status":"not_ready","reason":"draining"}"#)
            #expect(try await late.get("/health/live").status == 200)
            #expect(try await client.post(quick).status == 200)
            #expect(try await client.receiveReply() == nil)
        }
    }

    @Test func `an HTTP request in flight is answered, and its connection then closed`() async throws {
        let gate = Gate()
        try await RunningServer.with(methods: [gate.method]) { server in
            let client = try server.connect()
            try await client.send(TestClient.request(hold))
            await gate.waitForArrivals(1)
            await server.beginShutdown()
            await gate.open()
            let reply = try #require(try await client.receiveReply())
            #expect(reply.status == 200)
            #expect(try await client.receiveReply() == nil)
        }
    }

    @Test func `a connection that is old enough is closed once it is quiet`() async throws {
        try await RunningServer.with {
            $0.connectionAge = .milliseconds(20)
        } _: { server in
            let (lines, http) = (try server.connect(), try server.connect())
            try await lines.send(quick)
            #expect(try await lines.receiveGists() == [#"2=["hello",5]"#])
            #expect(try await http.receiveReply() == nil)
        }
    }

    @Test func `a stop does not wait for work longer than the drain timeout`() async throws {
        let gate = Gate()
        try await RunningServer.with(methods: [gate.method]) {
            $0.drainTimeout = .milliseconds(50)
        } _: { server in
            let client = try server.connect()
            try await client.send(hold)
            await gate.waitForArrivals(1)
            await server.beginShutdown()
            #expect(try await client.receiveGists() == [])
        }
        await gate.open()
    }

    @Test func `a stop lets go of connections that have sent nothing yet`() async throws {
        try await RunningServer.with { server in
            let silent = try server.connect()
            // The server has accepted the silent connection once it answers a later one.
            let other = try server.connect()
            try await other.send(quick)
            _ = try await other.receiveLine()
            await server.beginShutdown()
            #expect(try await silent.receiveLine() == nil)
        }
    }

    @Test func `cancelling the server closes its connections at once`() async throws {
        let gate = Gate()
        let path = RunningServer.newSocketPath()
        await withThrowingTaskGroup { tasks in
            tasks.addTask {
                try await RunningServer.with(at: .unix(path: path), methods: [gate.method]) { server in
                    let client = try server.connect()
                    try await client.send(hold)
                    #expect(try await client.receiveGists() == [])
                }
            }
            await gate.waitForArrivals(1)
            tasks.cancelAll()
            // It ends with or without an error, as cancelled tasks do.
            while let _ = await tasks.nextResult() {}
        }
        #expect(throws: (any Error).self) { try TestClient(connectedTo: .unix(path: path)) }
        await gate.open()
    }
}
