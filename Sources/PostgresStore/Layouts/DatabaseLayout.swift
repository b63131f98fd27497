import AuthGraph
import CanonicalJSON
import MatrixEvents

/// Whose tables the events are in.
package enum DatabaseLayout: String, CaseIterable, Sendable {
    /// Those of this service's migrations.
    case native
    /// Those of a Synapse, which are only read.
    case synapse
    /// Those of a Dendrite's room server, which are only read.
    case dendrite

    /// Whether the tables are a homeserver's own: this service writes nothing there.
    package var isReadOnly: Bool { self != .native }

    /// The homeserver as people call it.
    package var name: String {
        switch self {
        case .native: "eventauth"
        case .synapse: "Synapse"
        case .dendrite: "Dendrite"
        }
    }

    /// A database of the layout, within a sentence.
    package var database: String { "\(self == .native ? "an" : "a") \(name) database" }

    /// What asks for events here.
    var statements: EventStatements {
        switch self {
        case .native: .native
        case .synapse: .synapse
        case .dendrite: .dendrite
        }
    }
}

/// How events are asked for in one layout. All give ``Statement/eventColumns``, and take ids as the layout has them.
struct EventStatements: Sendable {
    /// The events with the ids in the first array, and the same without their PDUs for those in the second.
    let events: Statement
    /// The room's events that can be reached from some ids, as far as the tables know what cites what.
    let chain: Statement
    /// The room's events with some ids, in their order.
    let eventsInOrder: Statement
    /// All events of a room.
    let room: Statement
    /// The rooms that follow one in an order of the layout's own, each with its version where this build does not know that.
    let rooms: Statement
    /// The current state of a room, as ids.
    let currentState: Statement

    static let native = EventStatements(
        events: .selectEvents,
        chain: .streamChain,
        eventsInOrder: .streamEvents,
        room: .streamRoom,
        rooms: .selectRooms,
        currentState: .selectRoomState
    )

    static let synapse = EventStatements(
        events: .selectSynapseEvents,
        chain: .streamSynapseChain,
        eventsInOrder: .streamSynapseEvents,
        room: .streamSynapseRoom,
        rooms: .selectSynapseRooms,
        currentState: .selectSynapseState
    )

    static let dendrite = EventStatements(
        events: .selectDendriteEvents,
        chain: .streamDendriteChain,
        eventsInOrder: .streamDendriteEvents,
        room: .streamDendriteRoom,
        rooms: .selectDendriteRooms,
        currentState: .selectDendriteState
    )
}

extension Parameters {
    /// Event ids as `layout` has them.
    mutating func append(_ ids: [EventID], in layout: DatabaseLayout) {
        guard layout.isReadOnly else { return append(ids) }
        appendArray(of: .text, ids) { $0.append(contentsOf: $1.text.asPostgresText) }
    }

    /// A room's id as `layout` has it.
    mutating func append(_ roomID: RoomID, in layout: DatabaseLayout) {
        append(layout.isReadOnly ? Array(roomID.text.asPostgresText) : Array(roomID.text.bytes))
    }
}

extension UTF8Text {
    /// The text where PostgreSQL's type of that name can hold it; else nothing, which is no id of anything: what holds a
    /// U+0000 is in no homeserver's tables.
    fileprivate var asPostgresText: ArraySlice<UInt8> {
        bytes.contains(0) ? [] : bytes
    }
}

/// The room versions of this build, as homeservers name them. Events of others are as good as not stored.
let versionsOfHomeservers = RoomVersion.allCases.filter { $0 != .draft2014 }.map(\.rawValue)
