import CanonicalJSON
import MatrixEvents

/// The PDUs in a file: one, an array of them, or one a line; each as it is, or under `event` in an object that may
/// name its `room_version`.
struct EventFile {
    let events: [JSONValue]
    /// The room version that the file names for its events.
    let roomVersion: String?
    private let name: String

    init(_ name: String) throws(InputError) {
        var file = try InputFile(name)
        let bytes = try file.readAll()
        self.name = file.name
        let values = try Self.values(in: bytes, of: file.name)
        roomVersion = values.lazy.compactMap { $0.object?["room_version"]?.text?.string }.first
        events = values.map { $0.object?["event"] ?? $0 }
        for event in events where event.object == nil {
            throw .notAnEvent(file.name, explanation: "it is not a JSON object")
        }
    }

    /// The ids of the events, read as those of `version`; version 1 where that is `nil`.
    func eventIDs(in version: String?) throws(InputError) -> [EventID] {
        guard let version = RoomVersion(rawValue: version ?? RoomVersion.v1.rawValue) else { return [] }
        return try events.map { (value) throws(InputError) in
            do throws(FormatViolation) {
                return try Event(value, roomVersion: version).id
            } catch {
                throw .notAnEvent(name, explanation: error.explanation)
            }
        }
    }

    private static func values(in bytes: [UInt8], of name: String) throws(InputError) -> [JSONValue] {
        do throws(JSONSyntaxError) {
            let root = try JSONDocument(parsing: bytes).root
            return root.array.map { Array($0) } ?? [root]
        } catch {
            guard error.problem == .trailingBytes else {
                throw .notJSON(name, line: nil, explanation: error.description)
            }
        }
        // More than one value: one a line.
        var values: [JSONValue] = []
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
        where !line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") }) {
            do throws(JSONSyntaxError) {
                values.append(try JSONDocument(parsing: Array(line)).root)
            } catch {
                throw .notJSON(name, line: index + 1, explanation: error.description)
            }
        }
        return values
    }
}
