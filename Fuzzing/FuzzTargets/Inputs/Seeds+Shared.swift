import CanonicalJSON
import EventTestSupport
import MatrixEvents

extension FuzzTarget {
    /// More to start from, out of the test vectors beside the project; none where they are absent.
    package func sharedSeeds() throws -> [[UInt8]] {
        guard SharedData.isPresent, self == .envelope || self == .events else { return [] }
        let vectors = try AuthorizationVector.load("vectors-dev.jsonl.gz").enumerated()
        // Neighbours are much alike.
        return vectors.compactMap { number, vector in
            guard number.isMultiple(of: 16) else { return nil }
            let event = Array(vector.event.source)
            return self == .events ? [Seeds.index(of: vector.roomVersion)] + event : Seeds.check(vector).bytes
        }
    }
}

extension Seeds {
    fileprivate static func check(_ vector: AuthorizationVector) -> TestJSON {
        [
            "jsonrpc": "2.0", "id": 1, "method": "auth.check",
            "params": [
                "event": TestJSON(vector.event), "events": .array(vector.citedEvents.map { TestJSON($0) }),
                "room_version": .string(vector.roomVersion.rawValue), "checks": [], "explain": true,
            ],
        ]
    }
}
