import CanonicalJSON
import EventAuthorization
import EventTestSupport
import MatrixEvents

/// The first byte names a room version, the others are a PDU. What is an event is the same event in canonical form,
/// without what its hash leaves out, and redacted.
func checkEvent(_ input: [UInt8]) throws {
    var choices = Choices(input)
    let version = choices.pick(RoomVersion.allCases)
    guard let document = try? JSONDocument(parsing: choices.rest) else { return }
    let event: Event
    do {
        event = try Event(document.root, roomVersion: version)
    } catch {
        return try hold("\(error.rule) is a rule of the version", FormatRule.rules(of: version).contains(error.rule))
    }
    try checkCanonicalForm(event)
    try checkUncoveredParts(event)
    try checkRedaction(event)
    try checkCitation(event)
    checkThatNothingTraps(event)
}

private func checkCanonicalForm(_ event: Event) throws {
    let again = try Event(parsing: event.json.value.canonicalBytes(), roomVersion: event.roomVersion)
    try hold("the canonical form has the same id", again.id == event.id)
    try hold("the canonical form is in the same room", again.roomID == event.roomID)
    try hold("the canonical form has the same content hash", again.contentHash == event.contentHash)
    try hold("the canonical form has the same signed bytes", again.signedBytes == event.signedBytes)
    let violation = formatViolation(of: event)
    if let violation {
        try hold("\(violation) is a rule", FormatRule.rules(of: event.roomVersion).contains(violation))
    }
    // `-0` is no number of canonical JSON, and its canonical form is one.
    let holdsNegativeZero = allValues(in: event.json.value).contains { $0.number?.isNegativeZero ?? false }
    try hold(
        "the canonical form breaks the same limit",
        holdsNegativeZero || formatViolation(of: again) == violation
    )
}

private func formatViolation(of event: Event) -> FormatRule? {
    do throws(FormatViolation) {
        try event.checkFormat()
        return nil
    } catch {
        return error.rule
    }
}

private func checkUncoveredParts(_ event: Event) throws {
    var writer = CanonicalWriter()
    writer.writeObject(event.json) { key in !(key == "unsigned" || key == "signatures") }
    let bare = try Event(parsing: writer.bytes, roomVersion: event.roomVersion)
    try hold("signatures and unsigned do not change the id", bare.id == event.id)
    try hold("signatures and unsigned are not hashed", bare.contentHash == event.contentHash)
    try hold("signatures and unsigned are not signed", bare.signedBytes == event.signedBytes)
}

private func checkRedaction(_ event: Event) throws {
    let redacted = try event.redacted()
    try hold("a redacted event keeps its id", redacted.id == event.id)
    try hold("a redacted event keeps its hash", redacted.referenceHash == event.referenceHash)
    try hold("a redacted event keeps its room", redacted.roomID == event.roomID)
    try hold("a redacted event keeps its place", redacted.stateKeyPair == event.stateKeyPair)
    try hold("a redacted event cites the same events", redacted.authEvents == event.authEvents)
    try hold("a redacted event keeps its signatures' bytes", redacted.signedBytes == event.signedBytes)
    try hold("redaction is idempotent", redacted.redactedBytes == event.redactedBytes)
    let covered = try event.covered()
    try hold("what a hash covers is the event or what redaction leaves", covered.id == event.id)
}

private func checkCitation(_ event: Event) throws {
    let cited = AuthEvent(event)
    let detached = AuthEvent(detached: cited, sharing: event.roomID)
    try hold("a detached event keeps its sender", detached.sender == event.sender)
    try hold("a detached event keeps its place", detached.stateKeyPair == event.stateKeyPair)
    try hold("a detached event keeps its membership", detached.membership == cited.membership)
    let keys = AuthEventSelection(for: event).entries.map(\.key)
    try hold("no place is cited from twice", Set(keys).count == keys.count)
}

private let keys = KeyRing.ofTest("a", "b")

private func checkThatNothingTraps(_ event: Event) {
    _ = SignatureCheck(keys: keys, now: Timestamp(milliseconds: 1_700_000_000_000)).finding(for: event)
    _ = Authorization.decide(event, citing: [], create: .none)
    _ = Authorization.explain(event, in: ProtocolState()).decision.reason
}
