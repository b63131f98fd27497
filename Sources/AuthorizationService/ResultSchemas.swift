import JSONRPC

/// What results look like, for the OpenRPC document.
extension Schema {
    static let verdict = Schema.oneOf(["allow", "deny"])

    static let spec = Schema.object([
        .required("version", .string, "The room version whose numbering this is."),
        .required("number", .nullable(.string), "The rule's number there; null where the page numbers no such rule."),
    ])

    static let decision = Schema.object(decisionMembers)

    static let decisionMembers: [Parameter] = [
        .required("verdict", .verdict, "Whether the event may happen."),
        .required("rule", .string, "The rule that decided, under the same name in every room version."),
        .required("spec", .spec, "Where the specification states the rule."),
        .required("reason", .string, "One sentence with the values compared."),
        .required("event_id", .nullable(.string), "The event's id; null where it is too malformed to have one."),
        .required("room_version", .string, "The rule set."),
        .required(
            "gate",
            .oneOf(["format", "signatures", "hash", "auth_events", "state", "current_state", "policy"]),
            "The check that decided."
        ),
        .required(
            "disposition",
            .oneOf(["accept", "drop", "redact", "reject", "soft_fail"]),
            "What a homeserver does with the event."
        ),
        .required("decided_by", .array(of: .reference), "The events whose content the deciding rule read."),
        .optional("redacted", .boolean, "True where the content did not match its hash."),
        .optional("trace", .array(of: .trial), "Every rule tried, in order."),
    ]

    private static let trial = Schema.object([
        .required("rule", .string, "The rule tried."),
        .required("spec", .spec, "Where the specification states the rule."),
        .required("gate", .string, "The check that the rule was tried for."),
        .required("outcome", .oneOf(["passed", "skipped", "allowed", "rejected"]), "What came of it."),
        .required("read", .array(of: .reference), "The events whose content the rule read."),
        .required("compared", .map(of: .any), "The values compared."),
    ])
}
