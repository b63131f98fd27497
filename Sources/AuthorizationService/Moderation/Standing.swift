import MatrixEvents

/// What the rules read of a user of whom a room's state has a membership at most: neither a level nor the creation nor
/// anything else names them. Those who stand alike may do alike what is about nobody in particular.
struct Standing: Hashable {
    /// `nil` where the state has no membership, or one that says nothing.
    let membership: Membership?
    let isRejected: Bool
    /// Whether the user is of the creator's server, which alone may be let in.
    let isOfCreatingServer: Bool
}

/// Answers about users, each made once for all who stand alike in the states that it is about, and for whoever is named there
/// on their own.
struct AnswersByStanding<Answer> {
    private let states: [RoomState]
    private let named: Set<UserID>
    private var answers: [[Standing]: Answer] = [:]
    /// How many answers had to be made.
    private(set) var madeCount = 0

    /// - Parameter users: others who are named, in the question.
    init(in states: RoomState..., apartFrom users: [UserID] = []) {
        self.states = states
        named = states.reduce(into: Set(users)) { $0.formUnion($1.namedUsers) }
    }

    /// The answer about `user`, which `make` makes where none of their standing has been.
    mutating func answer(about user: UserID, _ make: (UserID) -> Answer) -> Answer {
        guard !named.contains(user) else {
            madeCount += 1
            return make(user)
        }
        let standing = states.map { $0.standing(of: user) }
        if let answer = answers[standing] { return answer }
        let answer = make(user)
        madeCount += 1
        answers[standing] = answer
        return answer
    }
}
