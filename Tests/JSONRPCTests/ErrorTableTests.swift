import CanonicalJSON
import JSONRPC
import RPCTestSupport
import Testing

@Suite struct ErrorTableTests {
    private static let table: [(RPCError, Int64, String, added: String)] = [
        (.parseError(explanation: "x"), -32_700, "parse_error", ""),
        (.invalidRequest(explanation: "x"), -32_600, "invalid_request", ""),
        (.methodNotFound(method: "a\"b"), -32_601, "method_not_found", #","method":"a\"b""#),
        (
            .invalidParams(path: JSONPointer().appending("event"), expected: "an object"),
            -32_602, "invalid_params", #","path":"/event","expected":"an object""#
        ),
        (.internalDefect(incident: "i1"), -32_603, "internal", #","incident":"i1""#),
        (.eventsMissing(ids: ["$a", "$b"]), -32_001, "events_missing", #","missing":["$a","$b"]"#),
        (
            .unknownRoomVersion("x", known: ["1", "2"]),
            -32_002, "unknown_room_version", #","room_version":"x","known":["1","2"]"#
        ),
        (.storeUnavailable(retryAfter: .seconds(2)), -32_003, "store_unavailable", #","retry_after_ms":2000"#),
        (.deadlineExceeded, -32_004, "deadline_exceeded", ""),
        (.overloaded(retryAfter: .milliseconds(250)), -32_005, "overloaded", #","retry_after_ms":250"#),
        (
            .tooLarge(what: "the batch", limit: 9, unit: .requests), -32_006, "too_large",
            #","limit":9,"unit":"requests""#
        ),
        (.unauthenticated, -32_007, "unauthenticated", ""),
        (.forbidden(role: "reader"), -32_007, "forbidden", #","role":"reader""#),
        (.graphCorrupt(eventIDs: ["$a"], explanation: "x"), -32_008, "graph_corrupt", #","event_ids":["$a"]"#),
        (.keysMissing([.init(server: "s", keyID: "k")]), -32_009, "keys_missing", #","keys":[["s","k"]]"#),
        (.readOnly, -32_010, "read_only", ""),
    ]

    @Test(arguments: table)
    func `every error has its code, its reason and what its kind adds`(
        error: RPCError,
        code: Int64,
        reason: String,
        added: String
    ) throws {
        var writer = JSONWriter()
        error.write(to: &writer)
        let object = try #require(JSONDocument(parsing: writer.bytes).root.object)
        #expect(object["code"]?.number?.int64 == code)
        let data = try #require(object["data"])
        let retryable = error.kind.isRetryable
        #expect(
            String(decoding: data.source, as: UTF8.self)
                == #"{"reason":"\#(reason)","retryable":\#(retryable)\#(added)}"#
        )
    }

    @Test(arguments: table)
    func `every message is one sentence`(error: RPCError, code: Int64, reason: String, added: String) {
        #expect(error.message.hasSuffix("."))
        #expect(error.message.first?.isUppercase == true)
        #expect(!error.message.contains("\n"))
    }

    @Test func `every kind of error is in the table`() {
        #expect(Set(Self.table.map(\.0.kind)) == Set(RPCError.Kind.allCases))
    }

    @Test func `only what can pass by itself is worth another try`() {
        let retryable = RPCError.Kind.allCases.filter(\.isRetryable)
        #expect(retryable == [.storeUnavailable, .deadlineExceeded, .overloaded])
    }

    @Test func `an error of a method reaches the caller`() async throws {
        let dispatcher = TestService.dispatcher()
        let reply = try await dispatcher.object(answering: #"{"jsonrpc":"2.0","method":"fail","id":"x"}"#)
        #expect(reply?.errorCode == -32_005)
        #expect(reply?.errorData?["retry_after_ms"]?.number?.int64 == 1500)
        #expect(reply?.idSource == #""x""#)
    }
}
