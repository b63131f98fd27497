import CanonicalJSON
import MatrixEvents

extension AuthorizationCase {
    /// Changes that take away the ground of `denial`, the least first. Whether the event is allowed then is another question.
    func candidates(against denial: Decision) -> [Change] {
        denial.rule.remedies.flatMap { candidates($0, denial) }
    }

    private func candidates(_ remedy: Remedy, _ denial: Decision) -> [Change] {
        switch remedy {
        case .citeCreate: [.citing(StateKey(.create))]
        case .dropCitation: citationsToDrop(denial).map { .notCiting($0) }
        case .acceptCitation: denial.decidedBy.map { .accepted($0) }
        case .senderBecomes(let membership): [change(of: event.sender, to: membership)].compactMap(\.self)
        case .targetBecomes(let membership): [target.flatMap { change(of: $0, to: membership) }].compactMap(\.self)
        case .authoriserBecomes(let membership):
            [authoriser.flatMap { change(of: $0, to: membership) }].compactMap(\.self)
        case .joinRuleBecomes(let rule): [.joinRule(from: denial.comparison["join_rule"], to: rule)]
        case .unreadableLevelGoes: [unreadableLevel(denial)].compactMap(\.self)
        case .authorisingServerSigns: [authoriser.map { .signature(by: $0.serverName) }].compactMap(\.self)
        case .policyServerSigns: [policyServer.map { .policySignature(by: $0.name) }].compactMap(\.self)
        case .identityServerSigns: [thirdPartySigned?.signer.map { .identitySignature(by: $0) }].compactMap(\.self)
        case .citeThirdPartyInvite:
            [thirdPartySigned?.token.map { .citing(StateKey(.thirdPartyInvite, $0)) }].compactMap(\.self)
        case .stateKeyBecomesSender: [.stateKey(from: event.stateKey, to: event.sender.text)]
        case .stateKeyBecomesSendersServer: [.stateKey(from: event.stateKey, to: event.sender.serverName.text)]
        case .senderReaches, .senderExceeds, .senderOutranksTarget, .targetYields, .authoriserReaches:
            [levelChange(remedy, denial.comparison)].compactMap(\.self)
        }
    }

    private func levelChange(_ remedy: Remedy, _ compared: Comparison) -> Change? {
        switch remedy {
        case .senderReaches(let name): raise(event.sender, compared, to: compared.level(name))
        case .senderExceeds(let name): raise(event.sender, compared, to: compared.level(name)?.next)
        case .senderOutranksTarget(let name):
            raise(event.sender, compared, to: highest(compared.level(name), compared.level("target_level")?.next))
        case .authoriserReaches(let name): authoriser.flatMap { raise($0, compared, to: compared.level(name)) }
        case .targetYields(let name): lowerTarget(compared, whereSenderReaches: name)
        default: nil
        }
    }

    private var target: UserID? { event.stateKey.flatMap { UserID($0) } }

    private var policyServer: PolicyServer? { standing.policy.flatMap { PolicyServer(configuredBy: $0) } }

    private var authoriser: UserID? { MemberContent(event.content).authorisingUser }

    private var thirdPartySigned: ThirdPartySigned? {
        MemberContent(event.content).thirdPartyInvite?.object?["signed"]?.object.map { ThirdPartySigned($0) }
    }

    /// What was found too much, and whatever else is cited for the same place: either may be the one to keep.
    private func citationsToDrop(_ denial: Decision) -> [EventID] {
        let cited = claims?.cited.map(\.event) ?? []
        let places = Set(cited.filter { denial.decidedBy.contains($0.id) }.compactMap(\.stateKeyPair))
        let rivals = cited.filter { $0.stateKeyPair.map { places.contains($0) } ?? false }.map(\.id)
        return denial.decidedBy + rivals.filter { !denial.decidedBy.contains($0) }
    }

    private func change(of user: UserID, to membership: Membership) -> Change? {
        let current = standing.member(user.text)?.membership ?? .leave
        return current == membership ? nil : .membership(of: user, from: current, to: membership)
    }

    private func raise(_ user: UserID, _ compared: Comparison, to level: PowerLevel?) -> Change? {
        guard let current = compared.level("level"), let level, level > current, level != .infinite else { return nil }
        return .power(of: user, from: current, to: level)
    }

    private func lowerTarget(_ compared: Comparison, whereSenderReaches name: StaticString) -> Change? {
        guard let target, target != event.sender, let level = compared.level("level"), let below = level.previous,
            let current = compared.level("target_level"), current != .infinite, current > below,
            let required = compared.level(name), level >= required
        else { return nil }
        return .power(of: target, from: current, to: below)
    }

    private func highest(_ one: PowerLevel?, _ other: PowerLevel?) -> PowerLevel? {
        guard let one, let other else { return nil }
        return max(one, other)
    }

    private func unreadableLevel(_ denial: Decision) -> Change? {
        guard case .text(let path) = denial.comparison["path"] else { return nil }
        return .levelRemoved(path: path, from: denial.comparison["value"])
    }
}

extension Comparison {
    /// The value that was compared under `name`; absent where there was none.
    fileprivate subscript(name: StaticString) -> Value {
        values.first { $0.0.description == name.description }?.1 ?? .absent
    }

    fileprivate func level(_ name: StaticString) -> PowerLevel? {
        if case .level(let level) = self[name] { level } else { nil }
    }
}

extension PowerLevel {
    /// The least level above this one; `nil` where 64 bits do not hold it, and where there is none.
    fileprivate var next: PowerLevel? {
        guard case .integer(let level) = self else { return nil }
        let (next, overflows) = level.addingReportingOverflow(1)
        return overflows ? nil : .integer(next)
    }

    /// The greatest level below this one; `nil` where 64 bits do not hold it, and where there is none.
    fileprivate var previous: PowerLevel? {
        guard case .integer(let level) = self else { return nil }
        let (previous, overflows) = level.subtractingReportingOverflow(1)
        return overflows ? nil : .integer(previous)
    }
}
