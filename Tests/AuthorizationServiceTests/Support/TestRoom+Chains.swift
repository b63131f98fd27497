import AuthGraph
import EventAuthorization
import EventTestSupport
import MatrixEvents

extension TestRoom {
    /// A room in which power and memberships changed often, so that chains are long.
    static func long(_ version: RoomVersion) throws -> TestRoom {
        var room = try TestRoom.furnished(version)
        for round in 0..<8 {
            try room.join(.bob)
            try room.setPowerLevels(["users": room.levels([.alice: 100, .bob: .raw("\(round)")])])
            try room.setMembership("leave", of: .bob, by: .alice)
        }
        try room.join(.bob)
        try room.send("m.room.message", by: .bob)
        return room
    }

    /// A room of version 1 whose last two events cite each other.
    static func circular() throws -> TestRoom {
        var room = try TestRoom.furnished(.v1)
        var first = try room.template("m.room.topic", by: .alice, stateKey: "one")
        var second = try room.template("m.room.topic", by: .alice, stateKey: "two")
        second.opaqueID = "$second:a"
        second.authEvents.append(try first.event())
        first.authEvents.append(try second.event())
        for event in try [first.event(), second.event()] { room.add(event) }
        return room
    }
}

extension EventStore {
    /// Stores events as accepted, whatever the rules say of them.
    func save(_ events: [Event]) async throws {
        let outcome = StoredOutcome(verdict: .allow, rule: "test", isRejected: false)
        _ = try await save(events.map { NewEvent($0, pdu: $0.pdu, outcome: outcome) })
    }
}
