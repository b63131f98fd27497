import Testing

@testable import eventauth_bench

struct ReplyGistTests {
    @Test func `a result is one under its id`() {
        let gist = gist(#"{"jsonrpc":"2.0","id":42,"result":{"verdict":"allow"}}"#)
        #expect((gist.id, gist.count, gist.resultCount) == (42, 1, 1))
    }

    @Test func `an error is an answer without a result`() {
        let gist = gist(#"{"jsonrpc":"2.0","id":7,"error":{"code":-32600}}"#)
        #expect((gist.id, gist.count, gist.resultCount) == (7, 1, 0))
    }

    @Test func `every answer of a batch counts, in any order`() {
        let answers = [
            #"{"jsonrpc":"2.0","id":201,"result":{}}"#, #"{"jsonrpc":"2.0","id":200,"error":{}}"#,
            #"{"jsonrpc":"2.0","id":202,"result":{}}"#,
        ]
        let gist = gist("[\(answers.joined(separator: ","))]")
        #expect((gist.id, gist.count, gist.resultCount) == (201, 3, 2))
    }

    @Test func `an echo has no id and is one answer`() {
        let gist = gist(#"{"echo":"xxxx"}"#)
        #expect((gist.id, gist.count, gist.resultCount) == (nil, 1, 0))
    }

    private func gist(_ line: String) -> ReplyGist { ReplyGist(line: Array(line.utf8)[...]) }
}
