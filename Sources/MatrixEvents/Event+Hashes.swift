import CanonicalJSON

extension Event {
    /// The hash of everything but signatures, hashes and `unsigned`
    /// (Matrix specification, server-server API, "Calculating the content hash for an event").
    package var contentHash: Hash256 {
        let carriesID = roomVersion.format.carriesID
        var writer = CanonicalWriter(reservingCapacity: json.value.source.count)
        writer.writeObject(json) { key in
            !(key == "unsigned" || key == "signatures" || key == "hashes" || (!carriesID && key == "event_id"))
        }
        return Hash256(hashing: writer.bytes)
    }

    /// Whether `hashes.sha256` is the event's content hash. If it is not, the rules see the redacted event.
    package var contentHashMatches: Bool {
        guard let claimed = json["hashes"]?.object?["sha256"]?.text, let bytes = Base64.decode(claimed.bytes) else {
            return false
        }
        return Hash256(bytes: bytes) == contentHash
    }

    /// The event as far as its content hash covers it: redacted, where its content is another one
    /// (server-server API, "Checks performed on receipt of a PDU", 3). The draft of 2014 asks for no hash: an event without
    /// any is taken as it is.
    package func covered() throws(EventReadingError) -> Event {
        let hasNone = roomVersion.format.isDraft && json["hashes"] == nil
        return hasNone || contentHashMatches ? self : try redacted()
    }

    /// The hash that names the event from room version 3 on
    /// (Matrix specification, server-server API, "Calculating the reference hash for an event").
    package var referenceHash: Hash256 {
        json.referenceHash(of: type, format: roomVersion.format)
    }

    /// The event as canonical JSON with only what survives redaction.
    package var redactedBytes: [UInt8] {
        var writer = CanonicalWriter()
        writer.writeRedacted(json, of: type, by: roomVersion.format.redaction)
        return writer.bytes
    }

    /// What signatures of the event cover: the redacted event without `signatures` and `unsigned`
    /// (Matrix specification, server-server API, "Signing Events").
    package var signedBytes: [UInt8] {
        let carriesID = roomVersion.format.carriesID
        var writer = CanonicalWriter(reservingCapacity: json.value.source.count)
        writer.writeRedacted(json, of: type, by: roomVersion.format.redaction) { key in
            key == "signatures" || (!carriesID && key == "event_id")
        }
        return writer.bytes
    }

    /// What is left of the event after redaction, under the same id.
    ///
    /// - Throws: the violation, where the rest has not the shape of an event. None can be made so by redaction.
    package func redacted() throws(EventReadingError) -> Event {
        try Event(parsing: redactedBytes, roomVersion: roomVersion)
    }
}

extension JSONObject {
    func referenceHash(of type: EventType, format: EventFormat) -> Hash256 {
        var writer = CanonicalWriter(reservingCapacity: value.source.count)
        writer.writeRedacted(self, of: type, by: format.redaction) { key in
            key == "signatures" || (!format.carriesID && key == "event_id")
        }
        return Hash256(hashing: writer.bytes)
    }
}
