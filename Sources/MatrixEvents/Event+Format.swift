import CanonicalJSON

extension Event {
    /// Holds the event against every limit of its room version.
    ///
    /// - Throws: the first limit that the event breaks.
    package func checkFormat() throws(FormatViolation) {
        let format = roomVersion.format
        guard !format.isDraft else { return try checkDraftFormat() }
        try checkLengths(format)
        try checkNumbers(format)
        try checkReferences()
        try checkHashesAndSignatures()
        try checkSize()
        // Since v12 the create event's id names the room, so it has to be the one that state knows as the create event.
        if format.roomIDIsCreateHash, isCreate, stateKey.map({ !$0.isEmpty }) ?? true {
            throw FormatViolation(.createStateKey, at: "/state_key", "the create event's state_key is not \"\"")
        }
    }

    /// Bytes that ids, types and state keys may have.
    private static let lengthLimit = 255
    /// Bytes that an event may have as canonical JSON.
    private static let sizeLimit = 65_536

    private func checkDraftFormat() throws(FormatViolation) {
        guard type == .member else { return }
        guard stateKey != nil, content["membership"]?.text != nil else {
            throw FormatViolation(.draft, at: "", "a member event has a state_key and a membership")
        }
    }

    private func checkLengths(_ format: EventFormat) throws(FormatViolation) {
        try checkLength(type.text, .type, at: "/type")
        try checkLength(sender.text, .sender, at: "/sender")
        try checkLength(roomID.text, .roomID, at: "/room_id")
        if let stateKey { try checkLength(stateKey, .stateKey, at: "/state_key") }
        guard case .carried = format.eventIDs else { return }
        try checkLength(id.text, .eventID, at: "/event_id")
        guard id.text[0] == UInt8(ascii: "$"), id.serverName != nil else {
            throw FormatViolation(.eventID, at: "/event_id", "event_id \"\(id)\" is not '$', a name, ':' and a server")
        }
    }

    private func checkLength(_ text: UTF8Text, _ rule: FormatRule, at path: String) throws(FormatViolation) {
        guard text.count <= Self.lengthLimit else {
            throw FormatViolation(rule, at: path, "\(path.dropFirst()) has \(text.count) bytes, more than 255")
        }
    }

    private func checkNumbers(_ format: EventFormat) throws(FormatViolation) {
        if format.enforcesCanonicalJSON, let number = json.value.firstNonCanonicalNumber {
            throw FormatViolation(.canonicalJSON, at: "", "\(number.text) is not an integer of canonical JSON")
        }
        guard let depth = json["depth"]?.number?.int64, depth >= 0 else {
            throw FormatViolation(.depth, at: "/depth", "depth is not an integer from 0 on")
        }
        guard json.kind(of: "origin_server_ts") == .integer else {
            throw FormatViolation(.originServerTS, at: "/origin_server_ts", "origin_server_ts is not an integer")
        }
    }

    private func checkReferences() throws(FormatViolation) {
        guard prevEvents.count <= 20 else {
            throw FormatViolation(
                .prevEvents,
                at: "/prev_events",
                "it has \(prevEvents.count) prev_events, more than 20"
            )
        }
        guard authEvents.count <= 10 else {
            throw FormatViolation(
                .authEvents,
                at: "/auth_events",
                "it has \(authEvents.count) auth_events, more than 10"
            )
        }
    }

    private func checkHashesAndSignatures() throws(FormatViolation) {
        guard json.object("hashes")?.kind(of: "sha256") == .string else {
            throw FormatViolation(.hashes, at: "/hashes", "hashes is not an object with the string sha256")
        }
        guard let signatures = json.object("signatures") else {
            throw FormatViolation(.signatures, at: "/signatures", "signatures is not an object")
        }
        guard !signatures.allValues(Self.isOfStrings) else { return }
        for (server, keys) in signatures where !Self.isOfStrings(keys) {
            throw FormatViolation(.signatures, at: "/signatures", "the signatures of \(server) are not strings")
        }
    }

    private static func isOfStrings(_ keys: JSONValue) -> Bool {
        keys.object?.allValues { $0.kind == .string } ?? false
    }

    private func checkSize() throws(FormatViolation) {
        // Canonical JSON is never longer than what it was made from.
        guard json.value.source.count > Self.sizeLimit else { return }
        let size = json.value.canonicalBytes().count
        guard size <= Self.sizeLimit else {
            throw FormatViolation(.size, at: "", "it has \(size) bytes as canonical JSON, more than \(Self.sizeLimit)")
        }
    }
}
