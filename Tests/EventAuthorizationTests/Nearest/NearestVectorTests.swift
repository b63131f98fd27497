import EventAuthorization
import EventTestSupport
import MatrixEvents
import Testing

/// Every change that is offered for a denied vector is made, and the event decided again.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct NearestVectorTests {
    private static let files = [
        "vectors-dev.jsonl.gz", "vectors-dev-rejected.jsonl.gz", "vectors-dev-ambiguous.jsonl.gz",
        "vectors-sigpresence.jsonl.gz",
    ]

    private static let denied = Result {
        try files.flatMap { try AuthorizationVector.load($0) }.filter { !$0.isAboutFormat }.compactMap { vector in
            // Some ambiguous vectors are about the format.
            guard let (event, cited, create) = try? vector.read() else { return nil as AuthorizationCase? }
            let held = AuthorizationCase(event, claims: .init(citing: cited, create: create))
            return held.decide().verdict == .deny ? held : nil
        }
    }

    /// Rules whose denials nothing mends: malformed events, and rooms that are closed for ever.
    private static let unmendable: Set<Rule> = [
        .createPrevEvents, .createRoomIDDomain, .createHasRoomID, .createRoomVersionUnknown, .createCreatorMissing,
        .createAdditionalCreatorsInvalid, .roomCreateUnknown, .federateDenied, .federateMalformed, .memberMalformed,
        .memberUnknownMembership, .memberInvite3pNoSigned, .memberInvite3pMalformed, .memberInvite3pMxid,
        .memberInvite3pSender, .powerLevelsFieldNotInteger,
        .powerLevelsMapNotInteger, .powerLevelsUsersInvalid, .powerLevelsCreatorListed, .powerLevelsMalformed,
    ]

    @Test(arguments: RoomVersion.specified)
    func `what is said to mend a denied vector mends it`(version: RoomVersion) throws {
        for held in try Self.denied.get() where held.event.roomVersion == version {
            let changes = held.nearestChanges()
            guard !changes.isEmpty else { continue }
            let mended = try #require(held.applying(changes), "\(held.event.id) \(changes)")
            #expect(mended.decide().verdict == .allow, "\(held.event.id) \(changes)")
        }
    }

    @Test(arguments: RoomVersion.specified)
    func `of the power that is said to mend a denied vector nothing is too much`(version: RoomVersion) throws {
        for held in try Self.denied.get() where held.event.roomVersion == version {
            let changes = held.nearestChanges()
            guard changes.count == 1, case .power(let user, let from, .integer(let level)) = changes.first,
                from < .integer(level)
            else { continue }
            let less = Change.power(of: user, from: from, to: .integer(level - 1))
            let decision = try #require(held.applying([less])).decide()
            #expect(decision.verdict == .deny, "\(held.event.id) \(changes)")
        }
    }

    @Test
    func `nearly all denials are mended by something, but for those of malformed events`() throws {
        var counts: [Rule: (mended: Int, all: Int)] = [:]
        for held in try Self.denied.get() {
            let isMended = !held.nearestChanges().isEmpty
            counts[held.decide().rule, default: (0, 0)].all += 1
            if isMended { counts[held.decide().rule, default: (0, 0)].mended += 1 }
        }
        for (rule, count) in counts.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            #expect(Self.unmendable.contains(rule) == (count.mended == 0), "\(rule.rawValue): \(count)")
        }
        #expect(counts.values.reduce(0) { $0 + $1.mended } == 2_635)
        #expect(counts.values.reduce(0) { $0 + $1.all } == 3_691)
    }
}
