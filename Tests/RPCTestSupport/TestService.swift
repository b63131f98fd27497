import CanonicalJSON
package import JSONRPC

/// The methods of the JSON-RPC specification's examples, and a few that answer late, fail, or answer much.
package enum TestService {
    package static let methods: [Method] = [
        subtract, sum, getData, update, echo, later, fail, failLater, large,
    ]

    /// A dispatcher for these methods and `more`.
    package static func dispatcher(
        and more: [Method] = [],
        configure: (inout Dispatcher.Limits) -> Void = { _ in }
    ) -> Dispatcher {
        var limits = Dispatcher.Limits()
        configure(&limits)
        return Dispatcher(
            methods: methods + more,
            info: ServiceInfo(title: "test", version: "1.2.3", summary: "For tests."),
            limits: limits
        )
    }

    package static let subtract = Method(
        "subtract",
        summary: "The difference of two numbers.",
        parameters: [.required("minuend", .integer, "From this."), .required("subtrahend", .integer, "Take this.")],
        result: .integer
    ) { params throws(RPCError) in
        let difference = try params.integer("minuend") &- params.integer("subtrahend")
        return .done(JSONFragment { $0.integer(difference) })
    }

    package static let sum = Method(
        "sum",
        summary: "The sum of three numbers.",
        parameters: [
            .optional("a", .integer, "First."), .optional("b", .integer, "Second."), .optional("c", .integer, "Third."),
        ],
        result: .integer
    ) { params in
        let summands = [params.optionalInteger("a"), params.optionalInteger("b"), params.optionalInteger("c")]
        return .done(JSONFragment { $0.integer(summands.reduce(0) { $0 &+ ($1 ?? 0) }) })
    }

    package static let getData = Method("get_data", summary: "Two values.", result: .array(of: .any)) { _ in
        .done(JSONFragment { $0.raw(#"["hello",5]"#.utf8) })
    }

    package static let update = Method(
        "update",
        summary: "Takes any five numbers.",
        parameters: ["a", "b", "c", "d", "e"].map { .optional($0, .integer, "A number.") },
        result: .any
    ) { _ in .done(JSONFragment { $0.null() }) }

    package static let echoed: [Parameter] = [
        .required("text", .string, "Any text."),
        .optional("flag", .boolean, "True or false."),
        .optional("count", .integer(in: 0...10), "A small number."),
        .optional("mode", .oneOf(["fast", "safe"]), "How."),
        .optional("sets", .array(of: .array(of: .string)), "Lists of texts."),
        .optional("keys", .map(of: .named("Keys", .map(of: .string))), "Keys of servers."),
        .optional("event", .named("Event", .object([.required("type", .string, "Its type.")])), "An event."),
        .optional("choice", .either([.string, .integer(in: 1 ... .max)]), "A text or a number."),
        .optional("maybe", .array(of: .nullable(.integer)), "Numbers, where known."),
    ]

    package static let echo = Method("echo", summary: "The text again.", parameters: echoed, result: .string) {
        params throws(RPCError) in
        let text = try params.string("text")
        return .done(JSONFragment { $0.string(text) })
    }

    package static let later = Method("later", summary: "The text, late.", parameters: echoed, result: .string) {
        params throws(RPCError) in
        let text = try params.string("text")
        return .waiting {
            await Task.yield()
            return JSONFragment { $0.string(text) }
        }
    }

    package static let fail = Method("fail", summary: "Fails.", result: .any, errors: [.overloaded]) {
        _ throws(RPCError) in
        throw .overloaded(retryAfter: .milliseconds(1500))
    }

    package static let failLater = Method("fail_later", summary: "Fails late.", result: .any) { _ in
        .waiting { () async throws(RPCError) in
            await Task.yield()
            throw .deadlineExceeded
        }
    }

    package static let large = Method("large", summary: "A thousand letters.", result: .string) { _ in
        .done(JSONFragment { $0.string(String(repeating: "x", count: 1000)) })
    }
}
