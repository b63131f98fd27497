import CanonicalJSON
import EventAuthorization
import JSONRPC
import MatrixEvents

/// Which check decided (server-server API, "Checks performed on receipt of a PDU").
enum Gate: String {
    case format
    case signatures
    case hash
    case authEvents = "auth_events"
    case state
    case currentState = "current_state"
    case policy
}

/// What a homeserver does with the event.
enum Disposition: String {
    case accept
    case drop
    case redact
    case reject
    case softFail = "soft_fail"
}

/// The answer of `auth.check`.
struct CheckResult {
    let roomVersion: RoomVersion
    /// `nil` where the event is too malformed to have an id.
    let eventID: EventID?
    /// `nil` where the event is too malformed to have one.
    let sender: UserID?
    let gate: Gate
    let finding: Finding
    /// Whether the content did not match its hash, so that the rules saw the redacted event.
    let isRedacted: Bool
    /// The rules tried at each gate; `nil` where the caller did not ask.
    var trace: [(gate: Gate, trial: RuleTrial)]?
    /// Of a denial that the caller asked to have explained: the fewest changes that make it an allowance; none where nothing
    /// mends the event.
    var nearest: [Change] = []
    /// What makes the decision again.
    var basis: DecisionBasis?

    /// The same without the rules that were tried, and what else explains it.
    var untraced: CheckResult {
        var copy = self
        copy.trace = nil
        copy.nearest = []
        return copy
    }

    enum Finding {
        case violation(FormatViolation)
        case badSignature(SignatureViolation)
        case decision(Decision)
        case unsignedByPolicyServer(PolicyViolation)
        case signedInvite(UnseenState)

        var verdict: Decision.Verdict {
            switch self {
            case .violation, .badSignature, .unsignedByPolicyServer: .deny
            case .decision(let decision): decision.verdict
            case .signedInvite: .allow
            }
        }
    }

    var verdict: Decision.Verdict { finding.verdict }

    var disposition: Disposition {
        guard verdict == .deny else { return isRedacted ? .redact : .accept }
        switch gate {
        case .format, .signatures: return .drop
        case .hash, .authEvents, .state: return .reject
        case .currentState, .policy: return .softFail
        }
    }

    func write(to writer: inout JSONWriter) {
        writer.object { writeMembers(to: &$0) }
    }

    /// The members of the object that ``write(to:)`` writes.
    func writeMembers(to writer: inout JSONWriter) {
        writer.key("verdict")
        writer.string(verdict.rawValue)
        writer.rule(ruleName, number: ruleNumber, roomVersion)
        writer.key("reason")
        writer.string { appendReason(to: &$0) }
        writer.key("event_id")
        if let eventID { writer.eventID(eventID) } else { writer.null() }
        writer.key("room_version")
        writer.string(roomVersion.rawValue)
        writer.key("gate")
        writer.string(gate.rawValue)
        writer.key("disposition")
        writer.string(disposition.rawValue)
        writer.key("decided_by")
        writeDecidedBy(to: &writer)
        if isRedacted {
            writer.key("redacted")
            writer.bool(true)
        }
        guard let trace else { return }
        write(trace, to: &writer)
        guard verdict == .deny else { return }
        writer.key("nearest")
        writer.nearest(nearest, of: sender)
    }

    /// The rule that decided, as results name it.
    var ruleName: String {
        switch finding {
        case .violation(let violation): violation.rule(in: roomVersion).rawValue
        case .badSignature(let violation): violation.rule.rawValue
        case .unsignedByPolicyServer(let violation): violation.rule.rawValue
        case .signedInvite: UnseenState.rule
        case .decision(let decision): decision.rule.rawValue
        }
    }

    /// The rule's number on the version's page, which numbers the authorization rules alone.
    private var ruleNumber: String? {
        guard case .decision(let decision) = finding else { return nil }
        return decision.rule.description.number(in: roomVersion)
    }

    private func appendReason(to sentence: inout [UInt8]) {
        switch finding {
        case .violation(let violation): sentence += violation.explanation.utf8
        case .badSignature(let violation): sentence += violation.explanation.utf8
        case .unsignedByPolicyServer(let violation): sentence += violation.explanation.utf8
        case .signedInvite(let unseen): sentence += unseen.explanation.utf8
        case .decision(let decision): decision.appendReason(to: &sentence)
        }
    }

    private func writeDecidedBy(to writer: inout JSONWriter) {
        switch finding {
        case .violation, .badSignature, .signedInvite: writer.array { _ in }
        case .unsignedByPolicyServer(let violation): writer.eventIDs([violation.configuration])
        case .decision(let decision): writer.eventIDs(decision.decidedBy)
        }
    }

    private func write(_ trace: [(gate: Gate, trial: RuleTrial)], to writer: inout JSONWriter) {
        writer.key("trace")
        writer.array { writer in
            for (gate, trial) in trace {
                writer.object { writer in
                    writer.rule(trial.rule, roomVersion)
                    writer.key("gate")
                    writer.string(gate.rawValue)
                    writer.key("outcome")
                    writer.string(trial.outcome.rawValue)
                    writer.key("read")
                    writer.eventIDs(trial.read)
                    writer.key("compared")
                    writer.comparison(trial.comparison)
                }
            }
        }
    }
}

extension FormatViolation {
    /// The draft of 2014 has one rule for every malformed event.
    func rule(in version: RoomVersion) -> FormatRule {
        version == .draft2014 ? .draft : rule
    }
}
