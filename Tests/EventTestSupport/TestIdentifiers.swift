import CanonicalJSON
package import MatrixEvents

extension UserID {
    package static let alice: UserID = "@alice:a"
    package static let bob: UserID = "@bob:b"
    package static let carol: UserID = "@carol:a"
}

extension UserID: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) {
        guard let user = UserID(UTF8Text(text)) else { preconditionFailure("\(text) is not a user id") }
        self = user
    }
}

extension RoomID: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) {
        guard let room = RoomID(UTF8Text(text)) else { preconditionFailure("\(text) is not a room id") }
        self = room
    }
}

extension ServerName: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) {
        self.init(UTF8Text(text))
    }
}

extension EventType: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) {
        self.init(UTF8Text(text))
    }
}
