import NIOCore
import NIOHTTP1

/// A connection answers the same however its bytes are cut into pieces, answers each request once, and is closed once the
/// client has sent all.
///
/// The first byte chooses limits and how many cuts there are, so many pairs of bytes where they are; the rest is sent.
func checkConnection(_ input: [UInt8]) throws {
    var choices = Choices(input)
    let first = choices.byte()
    let cuts = (0..<Int(first & 7)).map { _ in choices.number(below: 65_536) }
    let sent = choices.rest
    let limits = FuzzedConnection.Limits(rawValue: first >> 3)
    let whole = try FuzzedConnection(limits).answers(to: [sent])
    let pieces = try FuzzedConnection(limits).answers(to: sent.cut(at: cuts))
    try hold("cuts do not matter: \(whole.text) or \(pieces.text)", pieces == whole)
    let bytewise = sent.count > 200 ? whole : try FuzzedConnection(limits).answers(to: sent.map { [$0] })
    try hold("single bytes do not matter: \(whole.text) or \(bytewise.text)", bytewise == whole)
    guard let start = sent.first, UInt8(ascii: "A")...UInt8(ascii: "Z") ~= start else { return }
    try checkResponses(whole, to: sent)
}

/// Every response can be told from the next, there is one for each request at most, and for each that is whole at least
/// until one says that it is the last.
private func checkResponses(_ answers: [UInt8], to sent: [UInt8]) throws {
    let requests = try HTTPRequests(in: sent)
    var responses = HTTPResponses(answers)
    var count = 0
    while let head = try responses.next(answering: count < requests.heads.count ? requests.heads[count] : nil) {
        try hold("no response follows one that says close", !responses.isClosed)
        responses.isClosed = head.isLast
        if head.status != 100 { count += 1 }
    }
    try hold("\(count) responses to \(requests.heads.count) requests", count <= requests.heads.count + 1)
    try hold("\(count) responses to whole requests", count <= requests.heads.count || requests.areMalformed)
    let isComplete = responses.isClosed || count >= requests.wholeCount
    try hold("\(count) responses to \(requests.wholeCount) whole requests", isComplete)
}

extension [UInt8] {
    fileprivate func cut(at places: [Int]) -> [[UInt8]] {
        guard !isEmpty else { return [] }
        let ends = places.map { $0 % count }.sorted() + [count]
        return zip([0] + ends, ends).map { start, end in Array(self[start..<end]) }.filter { !$0.isEmpty }
    }

    var text: String { String(decoding: self, as: UTF8.self) }
}
