import CanonicalJSON
import EventTestSupport
import JSONRPC
import MatrixEvents
import Testing

/// The OpenRPC document. That results look as it says is held by every test: see `TestedService`.
struct DiscoveryTests {
    @Test
    func `every method is there, under its name, with parameters, result and errors`() async throws {
        let service = TestedService()
        let document = try await service.call("rpc.discover", [:]).result()
        #expect(document.string("openrpc")?.hasPrefix("1.") == true)
        #expect(document["info"]?.object?.string("title") == "eventauth")
        let methods = try #require(document.objects("methods"))
        let names = methods.compactMap { $0.string("name") }
        #expect(
            names == [
                "auth.check", "auth.check_many", "auth.rules", "auth.select", "join.template", "join.accept",
                "invite.check", "graph.chain", "graph.difference", "events.put", "events.get", "room.replay",
                "moderation.can", "moderation.who", "moderation.whence", "moderation.what_if",
                "session.authenticate", "session.announce_closing", "rpc.discover",
            ]
        )
        for method in methods {
            #expect(method.string("summary")?.isEmpty == false)
            #expect(method["result"]?.object?["schema"]?.object != nil)
            #expect(method.objects("errors")?.isEmpty == false)
        }
    }

    @Test
    func `the parameters of auth.check are those of the contract`() async throws {
        let document = try await TestedService().call("rpc.discover", [:]).result()
        let check = document.objects("methods")?.first { $0.string("name") == "auth.check" }
        let names = check?.objects("params")?.compactMap { $0.string("name") }
        #expect(
            names == [
                "event", "event_id", "room_version", "auth_events", "events", "state", "current_state", "checks",
                "keys",
                "rejected", "explain", "timeout_ms",
            ]
        )
    }

    @Test
    func `every reference within the document leads somewhere`() async throws {
        let reply = try await TestedService().call("rpc.discover", [:])
        let components = try #require(try reply.result()["components"]?.object)
        let references = reply.text.split(separator: "\"").filter { $0.hasPrefix("#/components/") }
        #expect(references.count > 10)
        for reference in references {
            let path = reference.split(separator: "/").dropFirst(2)
            let found = path.reduce(components.value as JSONValue?) { $0?.object?[UTF8Text($1)] }
            #expect(found != nil, "\(reference)")
        }
    }
}
