import CanonicalJSON
import JSONRPC
import RPCTestSupport
import Testing

@Suite struct DiscoveryTests {
    private let dispatcher = TestService.dispatcher()

    private func document() async throws -> JSONObject {
        let reply = try await dispatcher.object(answering: #"{"jsonrpc":"2.0","method":"rpc.discover","id":1}"#)
        return try #require(reply?["result"]?.object)
    }

    private func methods() async throws -> [JSONObject] {
        try await #require(document()["methods"]?.array).compactMap(\.object)
    }

    @Test func `the document names its format and the service`() async throws {
        let document = try await document()
        #expect(document["openrpc"]?.text == UTF8Text("1.3.2"))
        #expect(document["info"]?.object?["title"]?.text == UTF8Text("test"))
        #expect(document["info"]?.object?["version"]?.text == UTF8Text("1.2.3"))
    }

    @Test func `the document lists every method and rpc.discover`() async throws {
        let names = try await methods().compactMap { $0["name"]?.text?.string }
        #expect(
            names == TestService.methods.map(\.name.description)
                + ["session.authenticate", "session.announce_closing", "rpc.discover"]
        )
    }

    @Test func `a method's parameters stand in the order of their positions`() async throws {
        let echo = try #require(await methods().first { $0["name"]?.text == UTF8Text("echo") })
        let parameters = try #require(echo["params"]?.array).compactMap(\.object)
        #expect(parameters.compactMap { $0["name"]?.text?.string } == TestService.echoed.map(\.name.description))
        #expect(parameters.compactMap { $0["required"]?.bool } == TestService.echoed.map(\.isRequired))
        let count = try #require(parameters[2]["schema"])
        #expect(String(decoding: count.source, as: UTF8.self) == #"{"type":"integer","minimum":0,"maximum":10}"#)
    }

    @Test func `required parameters come before optional ones`() async throws {
        for method in try await methods() {
            let required = try #require(method["params"]?.array).compactMap { $0.object?["required"]?.bool }
            #expect(required == required.filter { $0 } + required.filter { !$0 })
        }
    }

    @Test func `every reference leads to a component`() async throws {
        let document = try await document()
        let components = try #require(document["components"]?.object)
        let references = Self.references(in: document.value)
        #expect(references.contains("#/components/schemas/Event"))
        #expect(references.contains("#/components/schemas/Keys"))
        for reference in references {
            let steps = reference.split(separator: "/").map { UTF8Text($0) }
            try #require(steps.count == 4)
            #expect(components[steps[2]]?.object?[steps[3]] != nil, "\(reference)")
        }
    }

    @Test func `the document states the whole error table`() async throws {
        let errors = try await #require(document()["components"]?.object?["errors"]?.object)
        for kind in RPCError.Kind.allCases {
            let entry = try #require(errors[UTF8Text(kind.reason)]?.object)
            #expect(entry["code"]?.number?.int64 == Int64(kind.code))
            #expect(entry["data"]?.object?["retryable"]?.bool == kind.isRetryable)
        }
    }

    @Test func `the document handed out beside the methods is the same`() async throws {
        #expect(try await document().value.source.elementsEqual(dispatcher.openRPCDocument.bytes))
    }

    private static func references(in value: JSONValue) -> [String] {
        if let array = value.array { return array.flatMap { references(in: $0) } }
        guard let object = value.object else { return [] }
        return object.flatMap { key, member in
            key == "$ref" ? [member.text?.string].compactMap(\.self) : references(in: member)
        }
    }
}
