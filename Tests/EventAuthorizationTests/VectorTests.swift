import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct VectorTests {
    private static let vectors = Result {
        try AuthorizationVector.load("vectors-dev.jsonl.gz") + AuthorizationVector.load("vectors-dev-rejected.jsonl.gz")
    }

    @Test(arguments: RoomVersion.specified)
    func `every vector is decided as given, by the rule given`(version: RoomVersion) throws {
        let vectors = try Self.vectors.get().filter { $0.roomVersion == version && !$0.isAboutFormat }
        #expect(vectors.count > 300)
        for vector in vectors {
            let (event, cited, create) = try vector.read()
            let decision = Authorization.decide(event, citing: cited, create: create)
            let name = "\(vector.name) \(vector.kind): \(vector.rule), not \(decision.rule.rawValue)"
            #expect(decision.verdict.rawValue == vector.verdict, "\(name)")
            let isRuleGiven = VectorRule(label: vector.rule, roomVersion: version).names(decision.rule)
            #expect(isRuleGiven || VectorDifference.explains(vector, decidedBy: decision.rule), "\(name)")
        }
    }

    @Test(arguments: RoomVersion.specified)
    func `every malformed vector is refused before the rules`(version: RoomVersion) throws {
        for vector in try Self.vectors.get() where vector.roomVersion == version && vector.isAboutFormat {
            #expect(throws: FormatViolation.self, "\(vector.name) \(vector.kind): \(vector.rule)") {
                try Event(vector.event, roomVersion: version).checkFormat()
            }
        }
    }

    @Test(arguments: RoomVersion.specified)
    func `every well-formed vector keeps to the format`(version: RoomVersion) throws {
        for vector in try Self.vectors.get() where vector.roomVersion == version && !vector.isAboutFormat {
            #expect(throws: Never.self, "\(vector.name) \(vector.kind)") {
                try Event(vector.event, roomVersion: version).checkFormat()
            }
        }
    }

    @Test(arguments: RoomVersion.specified)
    func `the ids of vectors and of what they cite are their reference hashes`(version: RoomVersion) throws {
        for vector in try Self.vectors.get() where vector.roomVersion == version && !vector.isAboutFormat {
            let event = try Event(vector.event, roomVersion: version)
            #expect(event.id.description == vector.eventID, "\(vector.name) \(vector.kind)")
            let cited = try vector.citedEvents.map { try Event($0, roomVersion: version).id.description }
            #expect(cited == vector.citedIDs, "\(vector.name) \(vector.kind)")
        }
    }
}
