import CanonicalJSON
import EventAuthorization
import JSONRPC
import MatrixEvents

extension AuthorizationService {
    /// `auth.rules`: the rules of a room version, in the order in which they are tried.
    var rules: Method {
        Method(
            "auth.rules",
            role: .check,
            summary: "Lists the rules of a room version, in the order in which they are tried.",
            parameters: [
                .required("room_version", .string, "The rule set: \"1\" to \"12\", or \"draft-2014\".")
            ],
            result: .object([
                .required(
                    "rules",
                    .array(of: .rule),
                    "The rules of the format, of signatures, of authorization, and of policy servers."
                )
            ]),
            errors: [.unknownRoomVersion]
        ) { params throws(RPCError) in
            let version = try RoomVersion(known: try params.string("room_version"))
            return .done(JSONFragment(reservingCapacity: 16 << 10) { $0.rules(of: version) })
        }
    }
}

extension Schema {
    fileprivate static let rule = Schema.object([
        .required("rule", .string, "The rule's name."),
        .required("spec", .spec, "Where the specification states the rule."),
        .required("title", .string, "The rule in a sentence."),
        .required("outcome", .verdict, "What the rule decides where it applies."),
    ])
}

extension JSONWriter {
    fileprivate mutating func rules(of version: RoomVersion) {
        object { writer in
            writer.key("rules")
            writer.array { writer in
                for rule in FormatRule.rules(of: version) {
                    writer.rule(rule.rawValue, number: nil, title: rule.title, verdict: .deny, version)
                }
                for rule in SignatureRule.rules(of: version) {
                    writer.rule(rule.rawValue, number: nil, title: rule.title, verdict: .deny, version)
                }
                for rule in RuleDescription.rules(of: version) {
                    writer.rule(
                        rule.rule.rawValue,
                        number: rule.number(in: version),
                        title: rule.title,
                        verdict: rule.verdict,
                        version
                    )
                }
                for rule in PolicyRule.rules(of: version) {
                    writer.rule(rule.rawValue, number: nil, title: rule.title, verdict: .deny, version)
                }
            }
        }
    }

    private mutating func rule(
        _ name: String,
        number: String?,
        title: String,
        verdict: Decision.Verdict,
        _ version: RoomVersion
    ) {
        object { writer in
            writer.rule(name, number: number, version)
            writer.key("title")
            writer.string(title)
            writer.key("outcome")
            writer.string(verdict.rawValue)
        }
    }
}
