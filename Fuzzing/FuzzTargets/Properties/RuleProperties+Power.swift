import CanonicalJSON
import EventAuthorization
import EventTestSupport
import MatrixEvents

/// What a sender may do, the same sender may do with more power: every rule of room versions 1 to 12 asks for at least
/// some level of the sender's, and for more than another user's.
func checkMorePower(_ decision: Decision, of chosen: ChosenCase) throws {
    let event = chosen.event
    guard decision.verdict == .allow, event.roomVersion != .draft2014,
        let index = chosen.cited.firstIndex(where: { $0.event.stateKeyPair == StateKey(.powerLevels) }),
        let levels = chosen.cited[index].event.levels(raising: event.sender)
    else { return }
    var cited = chosen.cited
    cited[index] = CitedEvent(levels)
    let raised = chosen.citing(cited).decision
    try hold("more power does not turn \(decision.rule) into \(raised.rule)", raised.verdict == .allow)
}

extension AuthEvent {
    private static let highest: TestJSON = 9_007_199_254_740_991

    /// Power levels that give `user` more; `nil` where there is no telling how much that one has.
    fileprivate func levels(raising user: UserID) -> AuthEvent? {
        let grammar = roomVersion.levelGrammar
        guard let users = content["users"]?.object,
            let current = (users[user.text] ?? content["users_default"]).map({ grammar.level($0) }) ?? .integer(0),
            current < .integer(9_007_199_254_740_991)
        else { return nil }
        let raised = TestJSON.object(users.map { (key: $0.key.string, value: TestJSON($0.value)) })
            .setting(user.description, to: Self.highest)
        let changed = TestJSON.object(content.map { (key: $0.key.string, value: TestJSON($0.value)) })
            .setting("users", to: raised)
        guard let content = try? JSONDocument(parsing: changed.bytes).root.object else { return nil }
        return AuthEvent(
            stripped: .powerLevels,
            stateKey: .empty,
            sender: sender,
            content: content,
            in: roomID,
            roomVersion: roomVersion
        )
    }
}
