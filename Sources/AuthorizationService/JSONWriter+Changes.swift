import CanonicalJSON
import EventAuthorization
import MatrixEvents

extension JSONWriter {
    /// The value of `nearest`: null for no change, the change, or an object that holds several.
    ///
    /// - Parameter sender: whose event is to be mended.
    mutating func nearest(_ changes: [Change], of sender: UserID?) {
        switch changes.count {
        case 0: null()
        case 1: for change in changes { self.change(change, of: sender) }
        default:
            object { writer in
                writer.word("change", "several")
                writer.key("changes")
                writer.array { writer in
                    for change in changes { writer.change(change, of: sender) }
                }
            }
        }
    }

    private mutating func change(_ change: Change, of sender: UserID?) {
        object { writer in
            switch change {
            case .power(let user, let from, let to): writer.power(of: user, isSender: user == sender, from, to)
            case .membership(let user, let from, let to):
                writer.word("change", "membership")
                writer.member("user", .user(user))
                writer.word("from", from.name)
                writer.word("to", to.name)
            case .joinRule(let from, let to):
                writer.word("change", "join_rule")
                writer.member("from", from)
                writer.word("to", to.name)
            case .signature(let server), .policySignature(let server), .identitySignature(let server):
                writer.word("change", "signature")
                writer.member("server", .text(server.text))
            case .levelRemoved(let path, let from):
                writer.word("change", "level")
                writer.member("path", .text(path))
                writer.member("from", from)
                writer.member("to", .absent)
            case .citing, .notCiting, .accepted: writer.reference(change)
            case .stateKey(let from, let to):
                writer.word("change", "state_key")
                writer.member("from", .text(from))
                writer.member("to", .text(to))
            }
        }
    }

    private mutating func power(of user: UserID, isSender: Bool, _ from: PowerLevel, _ to: PowerLevel) {
        word("change", isSender ? "sender_power" : "user_power")
        if !isSender { member("user", .user(user)) }
        member("from", .level(from))
        member("to", .level(to))
    }

    private mutating func reference(_ change: Change) {
        word("change", "reference")
        switch change {
        case .citing(let place):
            key("add")
            array { writer in
                writer.string(place.type.text)
                writer.string(place.key)
            }
        case .notCiting(let id): member("remove", .text(id.text))
        case .accepted(let id): member("accept", .text(id.text))
        default: preconditionFailure("Only these are about references")
        }
    }

    private mutating func word(_ key: StaticString, _ word: StaticString) {
        member(key, .word(word))
    }

    private mutating func member(_ key: StaticString, _ value: Comparison.Value) {
        self.key(key)
        comparedValue(value)
    }
}
