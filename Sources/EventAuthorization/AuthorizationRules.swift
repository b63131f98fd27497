package import MatrixEvents

/// What a room version's authorization rules differ in, as data.
package struct AuthorizationRules: Sendable {
    /// Whom the create event makes the creators of a room.
    package enum Creators: Sendable {
        /// The user that `content.creator` names.
        case namedInContent
        /// Since v11: its sender.
        case sender
        /// Since v12: its sender and `content.additional_creators`, all of them above every power level.
        case senderAndAdditional
    }

    package var creators = Creators.namedInContent
    /// Until v5: a server may set its own m.room.aliases whoever is in the room.
    package var aliasesNeedOnlyTheirServer = true
    /// Until v2: a redaction is authorized by the redact level or by the redacted event's domain.
    package var redactionsNeedPower = true
    /// Since v6: notification levels are protected like event levels.
    package var protectsNotifications = false
    /// Since v7: the membership and the join rule `knock`.
    package var allowsKnocking = false
    /// Since v8: the join rule `restricted`, and joins that another user's server authorises.
    package var allowsRestrictedJoins = false
    /// Since v10: the join rule `knock_restricted`.
    package var allowsKnockRestricted = false
    /// Since v12: the room id is the create event's id, and the create event is no longer cited.
    package var createIsImpliedByRoomID = false

    private func with<Value>(
        _ property: WritableKeyPath<AuthorizationRules, Value>,
        _ value: Value
    ) -> AuthorizationRules {
        var copy = self
        copy[keyPath: property] = value
        return copy
    }

    private static let v1 = AuthorizationRules()
    private static let v3 = v1.with(\.redactionsNeedPower, false)
    private static let v6 =
        v3
        .with(\.aliasesNeedOnlyTheirServer, false)
        .with(\.protectsNotifications, true)
    private static let v7 = v6.with(\.allowsKnocking, true)
    private static let v8 = v7.with(\.allowsRestrictedJoins, true)
    private static let v10 = v8.with(\.allowsKnockRestricted, true)
    private static let v11 = v10.with(\.creators, .sender)
    private static let v12 = v11.with(\.creators, .senderAndAdditional).with(\.createIsImpliedByRoomID, true)

    /// The rules of `version`. The draft of 2014 has a list of its own, and shares only how v1 names creators and
    /// writes levels.
    package init(_ version: RoomVersion) {
        self =
            switch version {
            case .v1, .v2, .draft2014: .v1
            case .v3, .v4, .v5: .v3
            case .v6: .v6
            case .v7: .v7
            case .v8, .v9: .v8
            case .v10: .v10
            case .v11: .v11
            case .v12: .v12
            }
    }

    private init() {}
}
