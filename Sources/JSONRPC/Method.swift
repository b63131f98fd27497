package import CanonicalJSON

/// A method as the service declares it: its name, what goes in and out, and what answers it.
package final class Method: Sendable {
    package let name: StaticString
    /// Who may call it; `nil` for everybody.
    package let role: Role?
    /// How long an answer that has to be waited for may take.
    package let timeLimit: Duration
    package let summary: StaticString
    /// Those required come first, as OpenRPC asks for.
    package let parameters: [Parameter]
    package let result: Schema
    /// The errors that this method may answer with, beside those that every method may.
    package let errors: [RPCError.Kind]
    package let handle: @Sendable (Params) throws(RPCError) -> Outcome

    /// A method that says nothing else is for administrators alone.
    package init(
        _ name: StaticString,
        role: Role? = .admin,
        timeLimit: Duration = .seconds(30),
        summary: StaticString,
        parameters: [Parameter] = [],
        result: Schema,
        errors: [RPCError.Kind] = [],
        handle: @escaping @Sendable (Params) throws(RPCError) -> Outcome
    ) {
        self.name = name
        self.role = role
        self.timeLimit = timeLimit
        self.summary = summary
        self.parameters = parameters
        self.result = result
        self.errors = errors
        self.handle = handle
    }

    /// What the method answers to `params`, an object or an array, where nobody calls by any connection.
    package func answer(to params: JSONValue) async throws(RPCError) -> JSONFragment {
        switch try handle(Params(params, declared: parameters, from: CallOrigin())) {
        case .done(let result): result
        case .waiting(let timeout, let work): try await within(timeout ?? timeLimit, work)
        }
    }
}

/// How a method goes about an answer.
package enum Outcome: Sendable {
    /// Memory held all it takes: the answer is there, and nothing left the event loop.
    case done(JSONFragment)
    /// Something must be waited for, and no longer than the caller wants or the method may take. The work is cancelled
    /// then, and when nobody is left to hear the answer.
    case waiting(atMost: Duration? = nil, @Sendable () async throws(RPCError) -> JSONFragment)
}

/// A value that is written as JSON already.
package struct JSONFragment: Sendable {
    package let bytes: [UInt8]

    /// Exactly one value, which `write` writes.
    package init(reservingCapacity capacity: Int = 256, _ write: (inout JSONWriter) -> Void) {
        var writer = JSONWriter(reservingCapacity: capacity)
        write(&writer)
        bytes = writer.bytes
    }
}
