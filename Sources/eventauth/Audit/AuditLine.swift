import AuthorizationService
import CanonicalJSON
import MatrixEvents

/// What an audit has to say of one room: an object in a line of the file of `--resume`, and whatever is printed is made of it.
struct AuditLine: Sendable {
    let roomID: RoomID
    let json: JSONObject

    init(_ report: RoomReport) {
        self.init { report.write(to: &$0) }
    }

    /// A room that could not be gone through.
    init(_ roomID: RoomID, failure: String) {
        self.init { writer in
            writer.object { writer in
                writer.key("room_id")
                writer.string(roomID.text)
                writer.key("failure")
                writer.string(failure)
            }
        }
    }

    /// `nil` where `bytes` are no such line, as where an audit was broken off amid one.
    init?(parsing bytes: [UInt8]) {
        guard
            let json = try? JSONDocument(parsing: bytes).root.object,
            let roomID = json["room_id"]?.text.flatMap({ RoomID($0) })
        else { return nil }
        self.roomID = roomID
        self.json = json
    }

    private init(write: (inout JSONWriter) -> Void) {
        var writer = JSONWriter()
        write(&writer)
        guard let line = AuditLine(parsing: writer.bytes) else {
            preconditionFailure("A report of a room is an object that names the room")
        }
        self = line
    }

    /// Why the room could not be gone through; `nil` where it was.
    var failure: String? { json["failure"]?.text?.string }

    var roomVersion: String? { json["room_version"]?.text?.string }

    var eventCount: Int { count("events") }

    /// Places of the current state that may have fallen back and were not looked at to the end.
    var unexaminedCount: Int { count("state_unexamined") }

    func count(_ key: StaticString) -> Int { json[key]?.number?.int64.map { Int($0) } ?? 0 }

    /// The counts under `key`, by name.
    func counts(_ key: StaticString) -> [(name: String, count: Int)] {
        json[key]?.object?.map { ($0.key.string, $0.value.number?.int64.map { Int($0) } ?? 0) } ?? []
    }

    /// Findings in all.
    var findingCount: Int { counts("counts").reduce(0) { $0 + $1.count } }

    var findings: [JSONObject] { json["findings"]?.array?.compactMap(\.object) ?? [] }
}
