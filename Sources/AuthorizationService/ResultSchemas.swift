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
        .optional(
            "nearest",
            .nullable(.change),
            "Of a denial that is explained: the smallest change that makes it an allowance; null where nothing mends the event."
        ),
    ]

    /// See `JSONWriter.nearest(_:of:)`.
    static let change = Schema.named(
        "Change",
        .object([
            .required(
                "change",
                .oneOf([
                    "sender_power", "user_power", "membership", "join_rule", "signature", "reference", "level",
                    "state_key", "several",
                ]),
                "What would be otherwise."
            ),
            .optional("user", .string, "Of `user_power` and `membership`: whose."),
            .optional(
                "from",
                .any,
                "What it is: a level, a membership, a join rule, a state key; null where it is absent."
            ),
            .optional("to", .any, "What it would be; null where it would be absent."),
            .optional("server", .string, "Of `signature`: the server that would have signed."),
            .optional("path", .string, "Of `level`: where it stands in the content of the power levels."),
            .optional("add", .array(of: .string), "Of `reference`: type and state key of an event to cite too."),
            .optional("remove", .reference, "Of `reference`: an event not to cite."),
            .optional("accept", .reference, "Of `reference`: a cited event, were it not rejected."),
            .optional("changes", .array(of: .map(of: .any)), "Of `several`: changes that it takes together."),
        ])
    )

    private static let trial = Schema.object([
        .required("rule", .string, "The rule tried."),
        .required("spec", .spec, "Where the specification states the rule."),
        .required("gate", .string, "The check that the rule was tried for."),
        .required("outcome", .oneOf(["passed", "skipped", "allowed", "rejected"]), "What came of it."),
        .required("read", .array(of: .reference), "The events whose content the rule read."),
        .required("compared", .map(of: .any), "The values compared."),
    ])
}
