import ArgumentParser
import Foundation
import RPCServer

/// What hostile clients do, for as long as they are let.
enum Hostility: String, CaseIterable, ExpressibleByArgument {
    /// Connections on which nothing is ever sent.
    case idle
    /// Heads of HTTP requests that get one byte longer each second.
    case slowHeads = "slow-heads"
    /// Lines that get one byte longer each second.
    case slowLines = "slow-lines"
    /// Requests for large answers, of which none is read.
    case nonReaders = "non-readers"
    /// Messages of 16 MiB, one after the other.
    case large
    /// Messages of 1,000 arrays in each other, one after the other.
    case deep
    /// Batches of 100,000 requests, one after the other.
    case batches
    /// Connections that are made and dropped, one after the other.
    case comeAndGo = "come-and-go"

    /// How many connections take part, where those that hold still are `count`.
    func connectionCount(of count: Int) -> Int {
        switch self {
        case .idle, .slowHeads, .slowLines: count
        case .nonReaders: count / 10
        case .large, .deep, .batches, .comeAndGo: 1
        }
    }

    /// What each connection begins with.
    var start: [UInt8] {
        switch self {
        case .idle, .comeAndGo: []
        case .slowHeads: Array("POST / HTTP/1.1\r\nHost: slow\r\nX-Slow: ".utf8)
        case .slowLines: Array(#"{"jsonrpc":"2.0","id":1,"method":""#.utf8)
        case .nonReaders:
            Array(String(repeating: #"{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}"# + "\n", count: 200).utf8)
        case .large:
            Array(#"{"jsonrpc":"2.0","id":1,"method":"auth.check","params":["#.utf8)
                + Array(String(repeating: "0,", count: 8 << 20).utf8) + Array("0]}\n".utf8)
        case .deep:
            Array((String(repeating: "[", count: 1_000) + String(repeating: "]", count: 1_000) + "\n").utf8)
        case .batches:
            Array(("[" + String(repeating: #"{"jsonrpc":"2.0","method":"x"},"#, count: 99_999) + "{}]\n").utf8)
        }
    }

    /// Whether a connection sends the same again once it is answered.
    var isRepeated: Bool {
        switch self {
        case .large, .deep, .batches: true
        case .idle, .slowHeads, .slowLines, .nonReaders, .comeAndGo: false
        }
    }
}

/// Hostile clients at work, on a thread of their own.
final class HostileClients: @unchecked Sendable {
    // All but `isOver` belongs to the thread that `run` is called on, from when they are made until it returns.
    private let hostility: Hostility
    private let address: ListenAddress
    private let start: [UInt8]
    private var sockets: [ClientSocket] = []
    private var sentCount = 0
    private let isOver = StopSign()

    /// Connects them all, and sends what they begin with as far as it is taken at once.
    init(_ hostility: Hostility, count: Int, address: ListenAddress) throws {
        self.hostility = hostility
        self.address = address
        start = hostility.start
        for _ in 0..<hostility.connectionCount(of: count) {
            let socket = try ClientSocket(connectedTo: address)
            if !hostility.isRepeated, !start.isEmpty { _ = try socket.send(start[...]) }
            sockets.append(socket)
        }
    }

    func stop() { isOver.set() }

    /// Once `run` has returned.
    func hangUp() { sockets = [] }

    /// Goes on until it is stopped. A client that is cut off stays away.
    func run() {
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while !isOver.isSet {
            switch hostility {
            case .idle, .nonReaders: pause(0.05)
            case .slowHeads, .slowLines:
                for socket in sockets where !isOver.isSet { _ = try? socket.send([UInt8(ascii: "x")][...]) }
                pause(1)
            case .comeAndGo: _ = try? ClientSocket(connectedTo: address)
            case .large, .deep, .batches: repeatMessage(&chunk)
            }
        }
    }

    /// Sends on, and once a message is sent, waits for its answer. A batch is refused, and the connection goes on.
    private func repeatMessage(_ chunk: inout [UInt8]) {
        guard let socket = sockets.first else { return }
        do {
            if sentCount < start.count {
                let count = try socket.send(start[sentCount...])
                if count == 0 { pause(0.000_2) }
                sentCount += count
                return
            }
            var received: [UInt8] = []
            try socket.receive(into: &received, chunk: &chunk)
            if received.contains(UInt8(ascii: "\n")) { sentCount = 0 } else { pause(0.000_2) }
        } catch {
            sockets = (try? [ClientSocket(connectedTo: address)]) ?? []
            sentCount = 0
        }
    }

    private func pause(_ seconds: Double) { Thread.sleep(forTimeInterval: seconds) }
}
