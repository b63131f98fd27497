import CanonicalJSON
import JSONRPC
import RPCServer
import Testing

@Suite struct PipeliningTests {
    private func request(_ method: String, id: Int, params: String = "[]") -> String {
        #"{"jsonrpc":"2.0","method":"\#(method)","params":\#(params),"id":\#(id)}"# + "\n"
    }

    @Test(arguments: RunningServer.SocketKind.allCases)
    func `thousands of requests in a row are each answered once`(kind: RunningServer.SocketKind) async throws {
        try await RunningServer.with(kind) { server in
            let client = try server.connect()
            let requests = (0..<6000).map { id in
                request(id.isMultiple(of: 7) ? "later" : "echo", id: id, params: "[\"text \(id)\"]")
            }
            async let sent: Void = client.send(requests.joined())
            let gists = try await client.receiveGists(requests.count)
            try await sent
            #expect(Set(gists) == Set((0..<6000).map { "\($0)=\"text \($0)\"" }))
            client.finishSending()
            #expect(try await client.receiveLine() == nil)
        }
    }

    @Test(arguments: 0..<5 as Range<UInt64>)
    func `requests written in random pieces are answered in order`(seed: UInt64) async throws {
        try await RunningServer.with(.tcp) { server in
            let client = try server.connect()
            var random = SeededGenerator(seed: seed)
            var rest = (0..<200).map { request("echo", id: $0, params: "[\"é\($0)\"]") }.joined().utf8[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 1...300, using: &random))
                try await client.send(Array(piece))
                rest = rest.dropFirst(piece.count)
            }
            let gists = try await client.receiveGists(200)
            #expect(gists == (0..<200).map { "\($0)=\"é\($0)\"" })
        }
    }

    @Test func `an answer does not wait for those of earlier requests`() async throws {
        let gate = Gate()
        try await RunningServer.with(methods: [gate.method]) { server in
            let client = try server.connect()
            try await client.send(request("hold", id: 1) + request("get_data", id: 2))
            #expect(try await client.receiveGist() == #"2=["hello",5]"#)
            await gate.open()
            #expect(try await client.receiveGist() == "1=true")
        }
    }

    @Test func `reading pauses while as many requests wait as allowed`() async throws {
        let gate = Gate()
        try await RunningServer.with(methods: [gate.method]) {
            $0.connections.inFlightCount = 3
        } _: { server in
            let client = try server.connect()
            try await client.send((0..<10).map { request("hold", id: $0) }.joined())
            for _ in 0..<3 {
                await gate.waitForArrivals(3)
                await gate.open(forGood: false)
            }
            await gate.waitForArrivals(1)
            await gate.open()
            let gists = try await client.receiveGists(10)
            #expect(Set(gists) == Set((0..<10).map { "\($0)=true" }))
            #expect(await gate.mostWaiting == 3)
        }
    }

    @Test func `a client that has sent far more than may wait at once gets every answer`() async throws {
        try await RunningServer.with {
            $0.connections.inFlightCount = 2
        } _: { server in
            let client = try server.connect()
            try await client.send((0..<500).map { request("later", id: $0, params: "[\"x\"]") }.joined())
            client.finishSending()
            #expect(try await Set(client.receiveGists()) == Set((0..<500).map { "\($0)=\"x\"" }))
        }
    }

    @Test func `a client that hangs up ends the work done for it`() async throws {
        let (started, tellStarted) = AsyncStream<Void>.makeStream()
        let (cancelled, tellCancelled) = AsyncStream<Void>.makeStream()
        let endless = Method("endless", summary: "Waits for ever.", result: .any) { _ in
            .waiting {
                tellStarted.yield()
                // Only a cancellation ends this before the test's time is over.
                do { try await Task.sleep(for: .seconds(3600)) } catch { tellCancelled.yield() }
                return JSONFragment { $0.null() }
            }
        }
        try await RunningServer.with(methods: [endless]) { server in
            let client = try server.connect()
            try await client.send(request("endless", id: 1))
            _ = await started.first { _ in true }
            client.hangUp()
            _ = await cancelled.first { _ in true }
        }
    }
}
