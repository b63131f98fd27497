import CanonicalJSON
import EventAuthorization
import EventTestSupport
import MatrixEvents

/// An event and what it cites, as an input's bytes choose them: a room of any version whose state may be odd, and an
/// event in it that may be odd, too.
struct ChosenCase {
    let event: Event
    var cited: [CitedEvent]
    let create: ImpliedCreate

    /// `nil` where what was chosen is no event.
    init?(_ input: [UInt8]) {
        var choices = Choices(input)
        let version = choices.pick(RoomVersion.allCases)
        guard let room = ChosenRoom(&choices, version), let event = try? room.event(&choices) else { return nil }
        self.event = event
        cited = room.citations(of: event, &choices)
        create = room.impliedCreate(of: event, &choices)
    }

    /// The same with what is cited in another order.
    func citing(_ cited: [CitedEvent]) -> ChosenCase {
        var copy = self
        copy.cited = cited
        return copy
    }

    var decision: Decision { Authorization.decide(event, citing: cited, create: create) }
    var explanation: (decision: Decision, trace: [RuleTrial]) {
        Authorization.explain(event, citing: cited, create: create)
    }
}
