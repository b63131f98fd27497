/// Who calls, as far as the service knows.
package struct Caller: Equatable, Sendable {
    /// What logs call it.
    package let name: String
    /// Each once, in the order of their names. There are a few: going through them is faster than hashing one's name.
    package let roles: [Role]

    package init(name: String, roles: Set<Role>) {
        self.name = name
        self.roles = roles.sorted { $0.rawValue < $1.rawValue }
    }

    /// Whoever reaches a listener that asks for no credentials.
    package static let local = Caller(name: "local", roles: [.admin])
    /// Whoever has shown no credentials where they are asked for.
    package static let nobody = Caller(name: "nobody", roles: [])

    /// Whether one of the caller's roles covers `role`.
    package func may(_ role: Role) -> Bool {
        roles.contains(role) || roles.contains(.admin)
    }
}
