/// What a caller may be allowed to do. Each method belongs to one role, or is open to everybody.
package enum Role: String, CaseIterable, Hashable, Sendable {
    /// Decisions, and reading what they rest on: `auth.*`, `graph.*`, `events.get`, `join.*`, `invite.*`.
    case check
    /// Storing events and verdicts.
    case write
    /// Questions about rooms and their members: `moderation.*`, `room.*`.
    case moderate
    /// Everything.
    case admin
}
