import CanonicalJSON

/// A request as it is sent again and again, each time with an id of its own.
struct RequestTemplate {
    private static let start = Array("{\"id\":".utf8)

    /// What follows the id, to the end of the line.
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
        self.rest = rest + Array("}\n".utf8)
    }

    /// Appends the request with `id`.
    func append(to bytes: inout [UInt8], id: Int) {
        bytes.append(contentsOf: Self.start)
        bytes.append(contentsOf: String(id).utf8)
        bytes.append(contentsOf: rest)
    }
}

/// What a line that came back says, as far as a measurement cares.
struct ReplyGist {
    private static let start = Array("{\"jsonrpc\":\"2.0\",\"id\":".utf8)
    private static let result = Array(",\"result\":".utf8)

    /// The request's id; `nil` in the answer of an echo, which has none and keeps the order.
    let id: Int?
    let isResult: Bool

    init(line: ArraySlice<UInt8>) {
        guard line.starts(with: Self.start) else {
            id = nil
            isResult = false
            return
        }
        let digits = line.dropFirst(Self.start.count).prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        id = digits.isEmpty ? nil : digits.reduce(0) { $0 &* 10 &+ Int($1 &- UInt8(ascii: "0")) }
        isResult = line[digits.endIndex...].starts(with: Self.result)
    }
}
