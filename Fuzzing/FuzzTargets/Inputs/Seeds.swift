import CanonicalJSON
import EventTestSupport
import Foundation
import MatrixEvents

extension FuzzTarget {
    /// Well-formed inputs to start from, the same in every run.
    package func seeds() throws -> [[UInt8]] {
        switch self {
        case .json: Seeds.texts.map { Array($0.utf8) } + (try Seeds.events().prefix(10).map(\.pdu))
        case .envelope: try Seeds.messages()
        case .http: Seeds.connections.map { Array($0.utf8) }
        case .events: try Seeds.events().map { [Seeds.index(of: $0.roomVersion)] + $0.pdu }
        case .rules: (0..<64).map { seed in Seeds.choices(UInt64(seed)) }
        }
    }
}

enum Seeds {
    static let texts = [
        #"{"b":[1,-0,1.5e3,true,false,null],"a":{"\u00e9\n":"\ud83d\ude00","":"é\"\\/"}}"#, "[]", " 0 ", #""x""#,
        #"{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9,"j":10,"k":11,"l":12,"m":13,"o":14,"n":15,"q":1,"p":2}"#,
        "[9007199254740991,9007199254740992,-9223372036854775808,1e308,1E-400,0.10]",
        String(repeating: "[", count: 255) + String(repeating: "]", count: 255), #"{"aa":1,"a":2,"\u0061":3}"#,
    ]

    /// Events of a furnished room of every version.
    static func events() throws -> [Event] {
        try RoomVersion.allCases.flatMap { version in
            var room = try TestRoom.furnished(version)
            try room.join(.bob)
            try room.ban(.bob)
            let invite = try room.membership("invite", of: .carol, by: .alice, content: ["third_party_invite": [:]])
            let redaction = try room.event(.redaction, by: .alice, content: ["redacts": "$x"])
            return room.events + [invite, redaction]
        }
    }

    static func index(of version: RoomVersion) -> UInt8 {
        UInt8(RoomVersion.allCases.firstIndex(of: version) ?? 0)
    }

    /// Random bytes. Most rooms are made by few of them.
    static func choices(_ seed: UInt64) -> [UInt8] {
        var generator = Mutation(seed: seed)
        return (0..<Int.random(in: 20...320, using: &generator)).map { place in
            // The first chooses the room version. Of the others, small ones choose what is plain.
            UInt8.random(in: 0...(place == 0 || Bool.random(using: &generator) ? 255 : 7), using: &generator)
        }
    }

    /// Before each: the byte that chooses limits and the number of cuts, and the cuts.
    static let connections = [
        "\0" + #"{"jsonrpc":"2.0","id":1,"method":"subtract","params":[42,23]}"# + "\n",
        "\u{01}\0\u{09}" + #"{"jsonrpc":"2.0","id":"x","method":"echo","params":{"text":"é"}}"# + "\r\n\n[]\n",
        "\u{0A}\0\u{09}\0\u{30}" + #"[{"jsonrpc":"2.0","id":1,"method":"large"},1,2]"# + "\nnull",
        "\u{01}\0\u{19}" + post(#"{"jsonrpc":"2.0","id":1,"method":"sum","params":[1,2]}"#),
        "\u{02}\0\u{19}\0\u{70}" + post("[]") + post("{", "Connection: close\r\n") + post("1"),
        "\u{01}\0\u{40}" + "POST /rpc HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n[1]\r\n0\r\nx: y\r\n\r\n"
            + post("1"),
        "\0GET /health/live HTTP/1.1\r\nHost: a\r\n\r\nHEAD /metrics HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        "\0" + post("[1]", "Expect: 100-continue\r\n") + "GET / HTTP/1.1\r\n\r\nPUT /x HTTP/1.1\r\n\r\n",
        "\u{08}" + post(String(repeating: "x", count: 120)) + post("2", "Content-Type: text/plain\r\n"),
        "\0GET /openrpc.json HTTP/1.1\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\nhello",
        "\0" + post("1", "Origin: x\r\n") + post("1", "Authorization: Bearer x\r\n") + "CONNECT a:1 HTTP/1.1\r\n\r\n",
    ]

    private static func post(_ body: String, _ headers: String = "") -> String {
        "POST / HTTP/1.1\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }
}
