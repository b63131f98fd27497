import CanonicalJSON

/// A request as it is sent again and again, each time with an id of its own.
struct RequestTemplate {
    private static let start = Array("{\"id\":".utf8)

    /// What follows the id.
    private let rest: [UInt8]

    /// Throws where `line` is no JSON object. An id in it is left out.
    init(line: [UInt8]) throws {
        guard let object = try JSONDocument(parsing: line).root.object else { throw LoadError.requestIsNoObject }
        var rest: [UInt8] = []
        for (key, value) in object where !(key == "id") {
            rest.append(UInt8(ascii: ","))
            key.withSpan { rest.appendJSONString($0) }
            rest.append(UInt8(ascii: ":"))
            rest.append(contentsOf: value.source)
        }
        self.rest = rest + [UInt8(ascii: "}")]
    }

    /// Appends the request with `id`.
    func append(to bytes: inout [UInt8], id: Int) {
        bytes.append(contentsOf: Self.start)
        bytes.append(contentsOf: String(id).utf8)
        bytes.append(contentsOf: rest)
    }
}

/// What is sent at a time: a request, or a batch of as many as there are.
struct Message {
    private let requests: [RequestTemplate]

    /// The `number`th message of `size` of `requests`, which are taken in turn.
    init(_ number: Int, of size: Int, from requests: [RequestTemplate]) {
        self.requests = (0..<size).map { requests[(number * size + $0) % requests.count] }
    }

    /// Appends the message as a line, its requests with ids from `firstID` on.
    func append(to bytes: inout [UInt8], firstID: Int) {
        if requests.count > 1 { bytes.append(UInt8(ascii: "[")) }
        for (index, request) in requests.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            request.append(to: &bytes, id: firstID + index)
        }
        if requests.count > 1 { bytes.append(UInt8(ascii: "]")) }
        bytes.append(UInt8(ascii: "\n"))
    }
}
