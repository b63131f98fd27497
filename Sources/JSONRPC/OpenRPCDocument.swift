import CanonicalJSON

/// What the description of a service says about the service as a whole.
package struct ServiceInfo: Sendable {
    package let title: String
    package let version: String
    package let summary: String

    package init(title: String, version: String, summary: String) {
        self.title = title
        self.version = version
        self.summary = summary
    }
}

/// Describes `methods` as OpenRPC 1.3 does, out of the same declarations that requests are checked against.
func describeService(_ info: ServiceInfo, methods: [Method]) -> JSONFragment {
    JSONFragment(reservingCapacity: 16384) { writer in
        writer.object { writer in
            writer.member("openrpc", "1.3.2")
            writer.key("info")
            info.write(to: &writer)
            writer.key("methods")
            writer.array { writer in
                for method in methods { method.writeDescription(to: &writer) }
            }
            writer.key("components")
            writer.object { writer in
                writeSchemas(named: SharedSchemas(of: methods), to: &writer)
                writeErrorTable(to: &writer)
            }
        }
    }
}

private func writeSchemas(named schemas: SharedSchemas, to writer: inout JSONWriter) {
    writer.key("schemas")
    writer.object { writer in
        for (name, schema) in schemas.byName {
            writer.key(name)
            schema.write(to: &writer)
        }
    }
}

private func writeErrorTable(to writer: inout JSONWriter) {
    writer.key("errors")
    writer.object { writer in
        for kind in RPCError.Kind.allCases {
            writer.key(UTF8Text(kind.reason))
            writer.object { writer in
                writer.key("code")
                writer.integer(kind.code)
                writer.member("message", kind.summary)
                writer.key("data")
                writer.object { kind.writeCommonData(to: &$0) }
            }
        }
    }
}

/// The schemas that have a name, each once, in the order in which they are met.
private struct SharedSchemas {
    private(set) var byName: [(name: StaticString, schema: Schema)] = []

    init(of methods: [Method]) {
        for method in methods {
            for parameter in method.parameters { collect(parameter.schema) }
            collect(method.result)
        }
    }

    private mutating func collect(_ schema: Schema) {
        switch schema {
        case .any, .string, .boolean, .integer, .oneOf: return
        case .array(let inner), .map(let inner), .nullable(let inner): collect(inner)
        case .object(let members): for member in members { collect(member.schema) }
        case .either(let schemas): for schema in schemas { collect(schema) }
        case .named(let name, let inner):
            guard !byName.contains(where: { $0.name.description == name.description }) else { return }
            byName.append((name, inner))
            collect(inner)
        }
    }
}

extension ServiceInfo {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("title", title)
            writer.member("version", version)
            writer.member("description", summary)
        }
    }
}

extension Method {
    /// `rpc.discover`, which answers with `document`.
    static func discover(answering document: JSONFragment) -> Method {
        Method(
            "rpc.discover",
            role: nil,
            summary: "The OpenRPC document of this service.",
            result: .named("OpenRPCDocument", .map(of: .any))
        ) { _ in .done(document) }
    }

    fileprivate func writeDescription(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("name")
            writer.string(name)
            writer.key("summary")
            writer.string(summary)
            writer.member("paramStructure", "either")
            writer.key("params")
            writer.array { writer in
                for parameter in parameters { parameter.writeDescription(to: &writer) }
            }
            writer.key("result")
            writer.object { writer in
                writer.member("name", "result")
                writer.key("schema")
                result.write(to: &writer)
            }
            writer.key("errors")
            writer.array { writer in
                let others = errors.filter { !RPCError.Kind.ofEveryMethod.contains($0) }
                for kind in RPCError.Kind.ofEveryMethod + others {
                    writer.object { $0.member("$ref", "#/components/errors/\(kind.reason)") }
                }
            }
        }
    }
}

extension Parameter {
    /// The parameter as an OpenRPC content descriptor.
    fileprivate func writeDescription(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("name")
            writer.string(name)
            writer.key("summary")
            writer.string(summary)
            writer.key("required")
            writer.bool(isRequired)
            writer.key("schema")
            schema.write(to: &writer)
        }
    }
}
