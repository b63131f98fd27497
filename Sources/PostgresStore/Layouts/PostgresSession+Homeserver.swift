import AuthGraph
import MatrixEvents

extension PostgresSession {
    /// Hands `receive` the room's events that can be reached from `ids`, these included and each once, until it returns false.
    ///
    /// Homeservers' tables tell of some events only what they cite. What events cite themselves, that the tables have not
    /// led to, is asked for in another round; there are hardly ever more than two.
    func streamHomeserverChain(
        from ids: [EventID],
        in roomID: RoomID,
        _ receive: (StoredEvent) -> Bool
    ) throws(PostgresError) {
        var received: Set<EventID> = []
        var asked = Set(ids)
        var heads = ids
        var goesOn = true
        while goesOn, !heads.isEmpty {
            var cited: [EventID] = []
            try stream(statements.chain, Parameters(heads, of: roomID, in: layout)) {
                (result) throws(PostgresError) in
                if Task.isCancelled { throw .cancelled }
                let stored = try StoredEvent(reading: result, row: 0)
                guard received.insert(stored.id).inserted else { return true }
                cited += stored.citedIDs.filter { !received.contains($0) }
                goesOn = receive(stored)
                return goesOn
            }
            heads = cited.filter { !received.contains($0) && asked.insert($0).inserted }
        }
    }
}

extension Parameters {
    /// What statements on homeservers' tables take that look for events of a room.
    init(_ ids: [EventID], of roomID: RoomID, in layout: DatabaseLayout) {
        self.init()
        append(ids, in: layout)
        append(roomID, in: layout)
        append(versionsOfHomeservers)
    }
}

extension StoredEvent {
    /// What the event cites; nothing where it cannot be read, which whoever receives it finds out.
    fileprivate var citedIDs: [EventID] {
        (try? Event(parsing: pdu, roomVersion: roomVersion))?.citedOrImplied ?? []
    }
}
