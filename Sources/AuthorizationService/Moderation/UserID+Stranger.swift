import CanonicalJSON
import MatrixEvents

extension UserID {
    /// A user whom none of `states` knows, and who is none of `users`: anybody.
    static func stranger(to states: [RoomState], otherThan users: [UserID] = []) -> UserID {
        let named = states.reduce(into: Set(users)) { $0.formUnion($1.namedUsers) }
        func isKnown(_ user: UserID) -> Bool {
            named.contains(user) || states.contains { $0[StateKey(.member, user.text)] != nil }
        }
        var stranger = numbered(nil)
        var number = 1
        while isKnown(stranger) {
            stranger = numbered(number)
            number += 1
        }
        return stranger
    }

    private static func numbered(_ number: Int?) -> UserID {
        guard let user = UserID(UTF8Text("@anybody\(number.map { "\($0)" } ?? ""):example.invalid")) else {
            preconditionFailure("The user id of nobody is one")
        }
        return user
    }
}
