/// Where a server listens: `unix:PATH` or `tcp:HOST:PORT`; an IPv6 address stands in brackets.
package enum ListenAddress: Hashable, Sendable {
    case unix(path: String)
    /// Port 0 asks for any free one.
    case tcp(host: String, port: Int)

    /// A socket's path must fit `sockaddr_un`, its final zero included.
    private static let pathLengthLimit = 107

    package init(parsing text: String) throws(ListenAddressError) {
        if let path = text.rest(after: "unix:") {
            self = .unix(path: try Self.checkedPath(path, in: text))
        } else if let endpoint = text.rest(after: "tcp:") {
            self = try Self.endpoint(endpoint, in: text)
        } else {
            throw ListenAddressError(text: text, problem: "it must start with unix: or tcp:")
        }
    }

    /// Whether only this machine reaches the address.
    var isLocal: Bool {
        switch self {
        case .unix: true
        case .tcp(let host, _): host == "localhost" || host == "::1" || host.hasPrefix("127.")
        }
    }

    private static func checkedPath(_ path: Substring, in text: String) throws(ListenAddressError) -> String {
        if path.isEmpty { throw ListenAddressError(text: text, problem: "the path is empty") }
        guard path.utf8.count <= pathLengthLimit else {
            throw ListenAddressError(text: text, problem: "the path is longer than \(pathLengthLimit) bytes")
        }
        return String(path)
    }

    private static func endpoint(_ endpoint: Substring, in text: String) throws(ListenAddressError) -> ListenAddress {
        guard let colon = endpoint.lastIndex(of: ":"), let port = port(endpoint[colon...].dropFirst()) else {
            throw ListenAddressError(text: text, problem: "a port from 0 to 65535 must follow the host and a colon")
        }
        var host = endpoint[..<colon]
        if host.first == "[", host.last == "]" {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw ListenAddressError(text: text, problem: "an IPv6 address must stand in brackets")
        }
        if host.isEmpty { throw ListenAddressError(text: text, problem: "the host is empty") }
        return .tcp(host: String(host), port: port)
    }

    private static func port(_ digits: Substring) -> Int? {
        guard digits.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else { return nil }
        return UInt16(digits).map(Int.init)
    }
}

extension ListenAddress: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unix(let path): "unix:\(path)"
        case .tcp(let host, let port): host.contains(":") ? "tcp:[\(host)]:\(port)" : "tcp:\(host):\(port)"
        }
    }
}

/// Why a text names no address to listen on.
package struct ListenAddressError: Error, Equatable, CustomStringConvertible {
    package let text: String
    package let problem: String

    package var description: String {
        "\"\(text)\" is no listen address: \(problem) (unix:PATH, tcp:HOST:PORT or tcp:[IPV6]:PORT)"
    }
}

extension String {
    /// What follows `prefix`, or `nil` where the text does not start with it.
    fileprivate func rest(after prefix: String) -> Substring? {
        hasPrefix(prefix) ? dropFirst(prefix.count) : nil
    }
}
