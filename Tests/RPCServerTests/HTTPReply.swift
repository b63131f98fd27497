import Testing

/// A reply as it came by HTTP.
struct HTTPReply: Equatable {
    let status: Int
    let headers: [String: String]
    let body: String
}

extension TestClient {
    /// The next reply, or `nil` at the end of what the server sends.
    func receiveReply(toHEAD isBodiless: Bool = false) async throws -> HTTPReply? {
        guard let statusLine = try await receiveLine() else { return nil }
        let status = try #require(Int(statusLine.split(separator: " ")[1]))
        var headers: [String: String] = [:]
        while let line = try await receiveLine(), line != "\r" {
            let parts = line.dropLast().split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts[1].drop { $0 == " " }.description
        }
        let length = isBodiless ? 0 : headers["content-length"].flatMap { Int($0) } ?? 0
        return HTTPReply(status: status, headers: headers, body: try await receiveText(byteCount: length))
    }

    /// Posts `body` and returns the reply.
    func post(_ body: String, to path: String = "/", _ headers: String...) async throws -> HTTPReply {
        try await send(Self.request(body, to: path, headers))
        return try #require(try await receiveReply())
    }

    func get(_ path: String, method: String = "GET", _ headers: String...) async throws -> HTTPReply {
        try await send(Self.head("\(method) \(path)", headers))
        return try #require(try await receiveReply(toHEAD: method == "HEAD"))
    }

    static func request(_ body: String, to path: String = "/", _ headers: [String] = []) -> String {
        head("POST \(path)", headers + ["Content-Length: \(body.utf8.count)"]) + body
    }

    private static func head(_ start: String, _ headers: [String]) -> String {
        (["\(start) HTTP/1.1", "Host: test"] + headers).map { $0 + "\r\n" }.joined() + "\r\n"
    }
}
