import NIOCore
import RPCServer
import Testing

@Suite struct ShutdownTests {
    private let hold = #"{"jsonrpc":"2.0","method":"hold","id":1}"# + "\n"
    private let quick = #"{"jsonrpc":"2.0","method":"get_data","id":2}"# + "\n"

    @Test(arguments: RunningServer.SocketKind.allCases)
    func `a graceful stop answers what is in flight and nothing later`(kind: RunningServer.SocketKind) async throws {
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
            await gate.open()
            #expect(try await busy.receiveGists() == ["1=true"])
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
