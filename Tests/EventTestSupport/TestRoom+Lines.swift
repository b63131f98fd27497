import CanonicalJSON
package import MatrixEvents

extension Event {
    /// The PDU as it was made.
    package var pdu: [UInt8] { Array(json.value.source) }

    /// The event as a line of a file to import: `{"room_version", "event_id", "event"}`.
    package var importLine: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("room_version")
            writer.string(roomVersion.rawValue)
            writer.key("event_id")
            writer.string(id.text)
            writer.key("event")
            writer.raw(pdu)
        }
        return writer.bytes
    }
}

extension TestRoom {
    /// The room's events as a file to import, one a line.
    package var importLines: [UInt8] {
        events.flatMap { $0.importLine + [UInt8(ascii: "\n")] }
    }
}
