import CanonicalJSON
import EventTestSupport
import MatrixEvents
import Testing

/// Real events of which one byte was changed on the way.
@Suite(.enabled(if: SharedData.isPresent, "\(SharedData.absence)"))
struct TamperingTests {
    /// By what a change is noticed.
    private enum Notice: Hashable {
        case notJSON
        case format
        /// The event is not the one whose id was cited.
        case otherID
        case signature(SignatureRule)
        case keyMissing
        case hash
    }

    @Test
    func `every changed byte that anyone vouched for is noticed`() async throws {
        let check = SignatureCheck(keys: try .ofRecordedRooms(), now: .now)
        var notices: [Notice: Int] = [:]
        var unnoticed = 0
        var generator = SplitMix64(state: 20)
        for event in try Self.sample() {
            // Tests that run at the same time wait for answers.
            await Task.yield()
            for position in stride(from: Int.random(in: 0..<17, using: &generator), to: event.pdu.count, by: 17) {
                let bytes = Self.changing(event.pdu, at: position, using: &generator)
                guard let notice = Self.notice(of: bytes, in: event, check) else {
                    let changed = try Event(parsing: bytes, roomVersion: event.roomVersion)
                    let text = "\(event.id), byte \(position)"
                    #expect(Self.vouchedFor(in: changed) == Self.vouchedFor(in: event), "\(text)")
                    unnoticed += 1
                    continue
                }
                notices[notice, default: 0] += 1
            }
        }
        let expected: Set<Notice> = [
            .notJSON, .format, .otherID, .signature(.missing), .signature(.invalid), .keyMissing, .hash,
        ]
        #expect(Set(notices.keys) == expected)
        #expect(notices.values.reduce(0, +) > 5_000)
        #expect(unnoticed > 0, "`unsigned` is nobody's to vouch for")
    }

    /// Events of every room version, of as many types as there are.
    private static func sample() throws -> [Event] {
        var seen: Set<[String]> = []
        let events = try RecordedRoom.load("rooms-dev.jsonl.gz").flatMap(\.events).map(\.event)
        return events.filter { event in
            let membership = MemberContent(event.content).membershipText?.string ?? ""
            return event.pdu.count < 1_500
                && seen.insert([event.roomVersion.rawValue, event.type.description, membership]).inserted
        }
    }

    /// `bytes` with another byte at `position`: one of another class as often as one of the same.
    private static func changing(
        _ bytes: [UInt8],
        at position: Int,
        using generator: inout SplitMix64
    ) -> [UInt8] {
        var bytes = bytes
        let choices: [UInt8] = [
            bytes[position] ^ 1, UInt8.random(in: 0x20...0x7E, using: &generator),
            UInt8.random(in: UInt8(ascii: "0")...UInt8(ascii: "9"), using: &generator),
            UInt8.random(in: UInt8(ascii: "a")...UInt8(ascii: "z"), using: &generator), UInt8(ascii: " "),
        ]
        let others = choices.filter { $0 != bytes[position] }
        bytes[position] = others.randomElement(using: &generator) ?? 0
        return bytes
    }

    /// How a server that was to get `event` and got `bytes` notices; `nil` where it does not.
    private static func notice(of bytes: [UInt8], in event: Event, _ check: SignatureCheck) -> Notice? {
        let changed: Event
        do {
            changed = try Event(parsing: bytes, roomVersion: event.roomVersion)
            try changed.checkFormat()
        } catch EventReadingError.notJSON {
            return .notJSON
        } catch {
            return .format
        }
        // What is not sent under an id has none but its own, so that signatures and hash must notice by themselves.
        let finding = check.finding(for: changed)
        switch finding {
        case .violation(let violation): return changed.id == event.id ? .signature(violation.rule) : .otherID
        case .keysMissing: return .keyMissing
        case .verified: return changed.contentHashMatches ? nil : .hash
        }
    }

    /// All that the servers which must sign `event` vouch for, and their signatures.
    private static func vouchedFor(in event: Event) -> [[UInt8]] {
        var writer = CanonicalWriter()
        writer.writeObject(event.json) { !($0 == "unsigned" || $0 == "signatures") }
        let signatures = event.requiredSigners.flatMap { server in
            event.signatures(by: server)?.map { key, value in
                Array("\(server) \(key) ".utf8) + (value.text.flatMap { Base64.decode($0.bytes) } ?? [])
            } ?? []
        }
        return [writer.bytes] + signatures
    }
}

private struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
