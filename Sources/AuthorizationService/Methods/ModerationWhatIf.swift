import CanonicalJSON
import EventAuthorization
import JSONRPC
import MatrixEvents

extension AuthorizationService {
    /// `moderation.what_if`: what would this event do to the room?
    var whatIf: Method {
        Method(
            "moderation.what_if",
            role: .moderate,
            timeLimit: .seconds(60),
            summary:
                "Tells whether an event is allowed in a room, and who could do what no longer, or only then, after it.",
            parameters: [
                .required("event", .map(of: .any), "A PDU, or what there is of one: type, sender, state_key, content.")
            ] + RoomStateRequest.parameters + [
                .optional("users", .array(of: .string), "Users, as bots, whose reach is asked for: 20 at most."),
                .optional("limit", .integer(in: 1...1_000), "How many users a page has at most; by default 100."),
                .optional("cursor", .string, "Where the page before ended, as its reply said."),
                .timeout,
            ],
            result: .object([
                .required("allowed", .boolean, "Whether the event may happen. The rest is told either way."),
                .required("rule", .string, "The rule that decided."),
                .required("spec", .spec, "Where the specification states the rule."),
                .required("reason", .string, "One sentence with the values compared."),
                .required("decided_by", .array(of: .reference), "The events whose content the deciding rule read."),
                .required("nearest", .nullable(.change), "The smallest change that makes it allowed, or null."),
                .required("gains", .array(of: .abilities), "Who could do what only after the event."),
                .required("losses", .array(of: .abilities), "Who could do what no longer."),
                .required("out_of_reach", .array(of: .outOfReach), "Whom those under `users` could act on no longer."),
                .required("administrators", .administrators, "Who can change the power levels: 20 at most."),
                .required("anybody_left", .boolean, "Whether anybody could change the power levels after the event."),
                .required("cursor", .nullable(.string), "Where the next page of users begins; null at the end."),
                .required("state", .namedState, "What the answer was made from."),
            ]),
            errors: [.eventsMissing, .unknownRoomVersion, .storeUnavailable, .graphCorrupt]
        ) { params throws(RPCError) in
            let actors = try params.actors()
            let limit = Int(params.optionalInteger("limit") ?? 100)
            return try answerFromState(params) { state, _ throws(RPCError) in
                let event = try params.proposedEvent(in: state)
                var whatIf = WhatIf(event, in: state, actors: actors)
                var effects: [WhatIf.Effect] = []
                let page = try await UserPage(
                    of: whatIf.users,
                    after: params.userCursor,
                    limit: limit,
                    workLimit: 2_500
                ) {
                    let effect = whatIf.effect(on: $0)
                    if !effect.isNone { effects.append(effect) }
                    return !effect.isNone
                }
                let administrators = try await whatIf.administrators()
                let held = state.held(event)
                return JSONFragment(reservingCapacity: 4096) { writer in
                    writer.object { writer in
                        let decision = held.decide()
                        writer.key("allowed")
                        writer.bool(decision.verdict == .allow)
                        writer.decision(decision, held)
                        writer.effects(effects)
                        writer.administrators(administrators)
                        writer.cursor(page)
                        writer.state(state)
                    }
                }
            }
        }
    }
}

extension Params {
    /// The users whose reach is asked for.
    fileprivate func actors() throws(RPCError) -> [UserID] {
        let values = optionalArray("users")?.map { $0 } ?? []
        let path = path(to: "users")
        guard values.count <= 20 else { throw .invalidParams(path: path, expected: "20 users at most") }
        return try values.enumerated().map { (index, value) throws(RPCError) in
            guard let user = value.text.flatMap({ UserID($0) }) else {
                throw .invalidParams(path: path.appending(index), expected: "a user id")
            }
            return user
        }
    }
}

extension Schema {
    fileprivate static let abilities = Schema.object([
        .required("user_id", .string, "Who."),
        .required(
            "abilities",
            .array(of: .string),
            """
            What, as `moderation.can` takes it without a target: of `join`, `send:m.room.message`, `invite`, `kick`, `ban`, \
            `unban`, `redact`, `third_party_invite`, and `state:` of `m.room.name`, `m.room.join_rules`, \
            `m.room.server_acl`, `m.room.tombstone` and `m.room.power_levels`.
            """
        ),
    ])

    fileprivate static let outOfReach = Schema.object([
        .required("user_id", .string, "One of `users`."),
        .required("action", .string, "What: `kick` or `ban`."),
        .required("target", .string, "Whom."),
    ])

    fileprivate static let administrators = Schema.object([
        .required("before", .array(of: .string), "Now."),
        .required("after", .array(of: .string), "After the event."),
    ])
}

extension JSONWriter {
    fileprivate mutating func effects(_ effects: [WhatIf.Effect]) {
        abilities("gains", effects.map { ($0.user, $0.gained) })
        abilities("losses", effects.map { ($0.user, $0.lost) })
        key("out_of_reach")
        array { writer in
            for effect in effects {
                for (actor, action) in effect.outOfReach {
                    writer.object { writer in
                        writer.key("user_id")
                        writer.string(actor.text)
                        writer.key("action")
                        writer.string(action.description)
                        writer.key("target")
                        writer.string(effect.user.text)
                    }
                }
            }
        }
    }

    private mutating func abilities(_ key: StaticString, _ ofUsers: [(user: UserID, abilities: [ModerationAction])]) {
        self.key(key)
        array { writer in
            for (user, abilities) in ofUsers where !abilities.isEmpty {
                writer.object { writer in
                    writer.key("user_id")
                    writer.string(user.text)
                    writer.key("abilities")
                    writer.array { writer in
                        for ability in abilities { writer.string(ability.description) }
                    }
                }
            }
        }
    }

    fileprivate mutating func administrators(_ administrators: (before: [UserID], after: [UserID])) {
        key("administrators")
        object { writer in
            for (name, users) in [("before" as StaticString, administrators.before), ("after", administrators.after)] {
                writer.key(name)
                writer.array { writer in
                    for user in users { writer.string(user.text) }
                }
            }
        }
        key("anybody_left")
        bool(!administrators.after.isEmpty)
    }
}
