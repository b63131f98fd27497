import CanonicalJSON
import EventTestSupport
import JSONRPC
import MatrixEvents
import Testing

@testable import AuthorizationService

/// Pages of users, each of bounded work.
struct UserPageTests {
    private let users = (10..<60).map { UserID(stringLiteral: "@user\($0):u") }

    @Test
    func `a page ends where it is full, and the next one begins behind it`() async throws {
        let first = try await UserPage(of: users, after: nil, limit: 20) { _ in true }
        #expect(first.users == Array(users[..<20]))
        #expect(first.cursor == users[19])
        let second = try await UserPage(of: users, after: first.cursor?.text, limit: 30) { _ in true }
        #expect(second.users == Array(users[20...]))
        #expect(second.cursor == nil)
    }

    @Test
    func `a page that found nobody ends after its work, and says where to go on`() async throws {
        var asked = 0
        let page = try await UserPage(of: users, after: nil, limit: 20, workLimit: 7) { _ in
            asked += 1
            return false
        }
        #expect(page.users.isEmpty)
        #expect(page.cursor == users[6])
        #expect(asked == 7)
    }

    @Test
    func `a cursor of a user who is gone goes on behind their place`() async throws {
        let page = try await UserPage(of: users, after: UTF8Text("@user19x:u"), limit: 1) { _ in true }
        #expect(page.users == [users[10]])
        let end = try await UserPage(of: users, after: UTF8Text("@z:u"), limit: 1) { _ in true }
        #expect(end.users.isEmpty)
    }

    @Test
    @MainActor
    func `others have their turn while users are looked at`() async throws {
        let turn = Turn()
        let other = Task { turn.hasCome = true }
        let page = try await UserPage(of: users, after: nil, limit: 100) { _ in turn.hasCome }
        #expect(!page.users.isEmpty)
        await other.value
    }

    @MainActor
    private final class Turn {
        var hasCome = false
    }

    @Test
    func `whoever waits no more is looked for no further`() async throws {
        let many = (10_000..<12_000).map { UserID(stringLiteral: "@user\($0):u") }
        let task = Task { () async throws -> Bool in
            while !Task.isCancelled { await Task.yield() }
            do throws(RPCError) {
                _ = try await UserPage(of: many, after: nil, limit: 1) { _ in false }
                return false
            } catch {
                return error == .deadlineExceeded
            }
        }
        task.cancel()
        #expect(try await task.value)
    }
}
