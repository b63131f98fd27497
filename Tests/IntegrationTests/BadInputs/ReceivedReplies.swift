import CanonicalJSON

/// What came back on a connection: the answer to a bad input, and perhaps one to the good input behind it.
struct ReceivedReplies {
    /// By HTTP, the status of the first answer.
    private(set) var status: Int?
    /// What the bad input got; `nil` for nothing.
    private(set) var answer: JSONObject?
    /// Whether the good input got what it is to get.
    private(set) var hasGood = false

    /// Lines, in any order; the answer to a batch stands for that of its first request.
    init(lines bytes: [UInt8]) throws {
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let root = try JSONDocument(parsing: Array(line)).root
            let reply = root.object ?? root.array?.first { _ in true }?.object
            if reply?["id"]?.text == UTF8Text("good") {
                // A stranger's good request is refused, but answered.
                hasGood = true
            } else {
                answer = reply
            }
        }
    }

    /// Responses in the order of the requests.
    init(http bytes: [UInt8]) throws {
        var rest = String(decoding: bytes, as: UTF8.self)[...]
        while let headEnd = rest.firstRange(of: "\r\n\r\n") {
            let head = rest[..<headEnd.lowerBound].lowercased().split(separator: "\r\n")
            let length = head.first { $0.hasPrefix("content-length: ") }?.split(separator: " ").last.flatMap { Int($0) }
            let body = rest[headEnd.upperBound...].utf8.prefix(length ?? 0)
            rest = rest[body.endIndex...]
            let object = try body.isEmpty ? nil : JSONDocument(parsing: Array(body)).root.object
            if object?["status"]?.text == UTF8Text("live") {
                hasGood = true
            } else {
                status = head.first.flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Int($0) }
                answer = object
            }
        }
    }
}
