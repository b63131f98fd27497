import CanonicalJSON
import JSONRPC
import MatrixEvents

/// Some of a room's users, those in question picked out. A page ends where it is full, and where it took enough work.
struct UserPage {
    let users: [UserID]
    /// The last user that was looked at; `nil` where there are no more.
    let cursor: UserID?

    /// Lets other requests have their turn between users.
    ///
    /// - Parameters:
    ///   - all: in the order of their bytes.
    ///   - start: the cursor of the page before. Whoever came since, and stands before it, is on no page.
    ///   - limit: how many users the page has at most.
    ///   - workLimit: how many users it takes at most to find them.
    ///   - isPicked: whether a user belongs on the page.
    /// - Throws: `deadline_exceeded` where nobody waits any more.
    init(
        of all: [UserID],
        after start: UTF8Text?,
        limit: Int,
        workLimit: Int = 10_000,
        where isPicked: (UserID) -> Bool
    ) async throws(RPCError) {
        let rest = start.map { start in all.drop { $0.text <= start } } ?? all[...]
        var picked: [UserID] = []
        var seen = 0
        var last: UserID?
        for user in rest {
            guard picked.count < limit, seen < workLimit else {
                users = picked
                cursor = last
                return
            }
            if seen % 16 == 15 { try await Self.pause() }
            if isPicked(user) { picked.append(user) }
            seen += 1
            last = user
        }
        users = picked
        cursor = nil
    }

    /// Lets others have their turn.
    ///
    /// - Throws: `deadline_exceeded` where nobody waits any more.
    static func pause() async throws(RPCError) {
        await Task.yield()
        if Task.isCancelled { throw .deadlineExceeded }
    }
}

extension Params {
    /// Where the page that the request asks for begins.
    var userCursor: UTF8Text? { optionalString("cursor") }
}

extension JSONWriter {
    /// The member `cursor`.
    mutating func cursor(_ page: UserPage) {
        key("cursor")
        if let cursor = page.cursor { string(cursor.text) } else { null() }
    }
}
