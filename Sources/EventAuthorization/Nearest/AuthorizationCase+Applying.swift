import CanonicalJSON
import MatrixEvents

extension AuthorizationCase {
    /// The case as it would be with `changes`; `nil` where one of them cannot be made.
    package func applying(_ changes: [Change]) -> AuthorizationCase? {
        changes.reduce(self as AuthorizationCase?) { $0?.applying($1) }
    }

    func applying(_ change: Change) -> AuthorizationCase? {
        switch change {
        case .power(let user, _, let level): replacing(StateKey(.powerLevels)) { levels($0, giving: level, to: user) }
        case .levelRemoved(let path, _): replacing(StateKey(.powerLevels)) { levels($0, without: path) }
        case .membership(let user, _, let membership):
            replacing(StateKey(.member, user.text)) { member($0, user, membership) }
        case .joinRule(_, let rule): replacing(StateKey(.joinRules)) { joinRules($0, rule) }
        case .signature(let server): with(event.supposedlySigned(by: server))
        case .policySignature(let server): signedByPolicyServer(server)
        case .identitySignature(let server): vouchedFor(by: server) { $0 }
        case .citing(let key) where key.type == .thirdPartyInvite:
            vouchedFor(by: ServerName(UTF8Text("supposed"))) { _ in event.sender }
        case .citing(let key): citing(key)
        case .notCiting(let id): notCiting(id)
        case .accepted(let id): accepting(id)
        case .stateKey(_, let key): with(event.supposing(stateKey: key))
        }
    }

    func with(_ event: Event?) -> AuthorizationCase? {
        guard let event else { return nil }
        return AuthorizationCase(event, claims: claims, states: states, redactsOthers: redactsOthers)
    }

    /// Puts what `make` makes of the event at `key`, or of none, in its place everywhere.
    func replacing(_ key: StateKey, _ make: (AuthEvent?) -> AuthEvent?) -> AuthorizationCase? {
        guard let slot = AuthEventSelection(for: event).slot(for: key) else { return nil }
        var changed = self
        if let cited = claims?.cited {
            let place = cited.lastIndex { $0.event.stateKeyPair == key }
            let current = place.map { cited[$0] }
            guard let new = make(current?.event) else { return nil }
            let citation = CitedEvent(new, isRejected: current?.isRejected ?? false)
            if let place { changed.claims?.cited[place] = citation } else { changed.claims?.cited.append(citation) }
        }
        for (index, state) in states.enumerated() {
            guard let new = make(state[slot]) else { return nil }
            changed.states[index][slot] = new
        }
        return changed
    }

    // MARK: What the event cites

    private func citing(_ key: StateKey) -> AuthorizationCase? {
        guard claims != nil, key == StateKey(.create), let create = supposedCreate else { return nil }
        var changed = self
        changed.claims?.cited.append(CitedEvent(create))
        return changed
    }

    private func notCiting(_ id: EventID) -> AuthorizationCase? {
        guard let place = claims?.cited.lastIndex(where: { $0.event.id == id }) else { return nil }
        var changed = self
        changed.claims?.cited.remove(at: place)
        return changed
    }

    private func accepting(_ id: EventID) -> AuthorizationCase? {
        guard let cited = claims?.cited, cited.contains(where: { $0.event.id == id }) else { return nil }
        var changed = self
        changed.claims?.cited = cited.map { $0.event.id == id ? CitedEvent($0.event) : $0 }
        return changed
    }

    // MARK: The events that there would be

    /// A create event that makes nobody here a creator, and lets everybody in.
    private var supposedCreate: AuthEvent? {
        guard let server = event.roomID.serverName, let nobody = UserID(UTF8Text("@:\(server)")) else { return nil }
        return supposed(StateKey(.create), by: nobody, .empty)
    }

    private func member(_ current: AuthEvent?, _ user: UserID, _ membership: Membership) -> AuthEvent {
        AuthEvent(
            assuming: membership,
            of: user,
            in: event.roomID,
            roomVersion: event.roomVersion,
            id: current?.id ?? .supposed(StateKey(.member, user.text))
        )
    }

    private func joinRules(_ current: AuthEvent?, _ rule: JoinRule) -> AuthEvent {
        let content = (current?.content ?? .empty).setting("join_rule") { $0.string(rule.name.description) }
        return supposed(StateKey(.joinRules), by: current?.sender ?? event.sender, content, id: current?.id)
    }

    private func levels(_ current: AuthEvent?, giving level: PowerLevel, to user: UserID) -> AuthEvent? {
        guard let current else { return firstLevels(giving: level, to: user) }
        let users = current.content["users"]?.object ?? .empty
        let content = current.content.setting("users") { writer in
            writer.object { $0.members(of: users, setting: user.text) { $0.raw(level.description.utf8) } }
        }
        return supposed(StateKey(.powerLevels), by: current.sender, content, id: current.id)
    }

    /// Power levels for a room that has none yet. Those whom the event is about keep the power that they have without.
    private func firstLevels(giving level: PowerLevel, to user: UserID) -> AuthEvent? {
        let walk = RuleWalk(event, state: standing, observer: NoTrace())
        let involved = [event.sender.text, event.stateKey, MemberContent(event.content).authorisingUserText]
        var users: [(user: UTF8Text, level: PowerLevel)] = [(user.text, level)]
        for other in involved.compactMap(\.self) where UserID(other) != nil && other != user.text {
            guard let level = try? walk.level(of: other), level != .infinite else { continue }
            if !users.contains(where: { $0.user == other }) { users.append((other, level)) }
        }
        let content = JSONObject.empty.setting("users") { writer in
            writer.object { writer in
                for (user, level) in users {
                    writer.key(user)
                    writer.raw(level.description.utf8)
                }
            }
        }
        return supposed(StateKey(.powerLevels), by: event.sender, content)
    }

    private func levels(_ current: AuthEvent?, without path: UTF8Text) -> AuthEvent? {
        guard let current, let content = current.content.removing(levelAt: path) else { return nil }
        return supposed(StateKey(.powerLevels), by: current.sender, content, id: current.id)
    }

    func supposed(
        _ key: StateKey,
        by sender: UserID,
        _ content: JSONObject,
        id: EventID? = nil
    ) -> AuthEvent {
        AuthEvent(
            supposing: content,
            at: key,
            by: sender,
            in: event.roomID,
            roomVersion: event.roomVersion,
            id: id ?? .supposed(key)
        )
    }
}

extension EventID {
    /// An id that no event has, for one that is not there.
    fileprivate static func supposed(_ key: StateKey) -> EventID { EventID("$supposed-\(key.type)-\(key.key)") }
}
