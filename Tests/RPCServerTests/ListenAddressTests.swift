import RPCServer
import Testing

@Suite struct ListenAddressTests {
    @Test(arguments: [
        ("unix:/run/eventauth.sock", ListenAddress.unix(path: "/run/eventauth.sock")),
        ("unix:./a:b", .unix(path: "./a:b")),
        ("tcp:127.0.0.1:8080", .tcp(host: "127.0.0.1", port: 8080)),
        ("tcp:localhost:0", .tcp(host: "localhost", port: 0)),
        ("tcp:[::1]:65535", .tcp(host: "::1", port: 65_535)),
    ])
    func `an address is read and written alike`(text: String, address: ListenAddress) throws {
        #expect(try ListenAddress(parsing: text) == address)
        #expect(address.description == text)
    }

    @Test(arguments: [
        ("", "unix: or tcp:"), ("/run/x.sock", "unix: or tcp:"), ("UNIX:/x", "unix: or tcp:"),
        ("unix:", "path is empty"),
        ("unix:" + String(repeating: "x", count: 108), "longer than 107 bytes"),
        ("tcp:", "a port"), ("tcp:localhost", "a port"), ("tcp:localhost:", "a port"), ("tcp:localhost:x", "a port"),
        ("tcp:localhost:65536", "a port"), ("tcp:localhost:-1", "a port"), ("tcp:localhost:+1", "a port"),
        ("tcp::80", "host is empty"), ("tcp:[]:80", "host is empty"), ("tcp:::1:80", "in brackets"),
    ])
    func `a text that is no address is refused with the reason`(text: String, reason: String) throws {
        let error = try #require(throws: ListenAddressError.self) { try ListenAddress(parsing: text) }
        #expect(error.description.contains(reason))
        #expect(error.description.contains("\"\(text)\""))
    }
}
