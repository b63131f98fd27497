import Foundation
import Testing

@testable import CanonicalJSON

struct StructureTests {
    private func error(_ text: String) -> JSONSyntaxError? {
        #expect(throws: JSONSyntaxError.self) { try JSONDocument(parsing: text) }
    }

    @Test(arguments: ["null", "true", "false", "[]", "{}", " [ ] ", "\t{\n}\r", "[[[]],{}]", #"{"a":{"b":[null]}}"#])
    func `well-formed texts are read`(text: String) throws {
        let source = try JSONDocument(parsing: text).root.source
        #expect(String(decoding: source, as: UTF8.self) == text.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    @Test(arguments: [
        ("", 0), (" ", 1), ("[", 1), ("[1", 2), ("[1,", 3), ("{", 1), (#"{"a"#, 3), (#"{"a""#, 4), (#"{"a":"#, 5),
        (#"{"a":1"#, 6), (#"{"a":1,"#, 7), ("\"abc", 4), (#""\"#, 2), (#""\u00"#, 5),
    ])
    func `a text that ends too early is refused at its end`(text: String, offset: Int) {
        #expect(error(text) == JSONSyntaxError(problem: .unexpectedEnd, offset: offset))
    }

    @Test(arguments: [("1 2", 2), ("{}x", 2), ("[],", 2), ("null null", 5), ("\"a\"\0", 3)])
    func `what follows the value is refused`(text: String, offset: Int) {
        #expect(error(text) == JSONSyntaxError(problem: .trailingBytes, offset: offset))
    }

    @Test(arguments: [
        ("[1,]", 3), ("[,1]", 1), ("{,}", 1), (#"{"a":1,}"#, 7), (#"{"a" 1}"#, 5), ("{1:2}", 1), ("[1 2]", 3),
        (#"{"a":1 "b":2}"#, 7), ("tru", 0), ("nul", 0), ("truE", 0), ("[1}", 2), ("'a'", 0), ("\u{FEFF}1", 0),
        ("//", 0),
    ])
    func `what stands in the wrong place is refused there`(text: String, offset: Int) {
        #expect(error(text)?.offset == offset)
        guard case .unexpected = error(text)?.problem else {
            Issue.record("\(text): \(String(describing: error(text)))")
            return
        }
    }

    @Test
    func `errors say what is wrong and where`() {
        #expect(error("[1 2]")?.description == "found '2' where ',' or ']' was expected at byte 3")
        #expect(error("{\"a\":1,\"a\":2}")?.description == "an object has the key \"a\" twice at byte 7")
    }

    @Test(arguments: [("[", "]"), ("{\"a\":", "}")])
    func `nesting is limited`(open: String, close: String) throws {
        func nested(_ depth: Int) -> String {
            String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
        }
        let limit = JSONDocument.depthLimit
        #expect(try JSONDocument(parsing: nested(limit)).root.canonicalBytes() == Array(nested(limit).utf8))
        let error = error(nested(limit + 1))
        let expected = JSONSyntaxError(problem: .nestedTooDeep(limit: limit), offset: limit * open.utf8.count)
        #expect(error == expected)
        #expect(self.error(String(repeating: open, count: 100_000)) == expected)
    }

    /// The main thread's stack is large; those of other threads need not be.
    @Test
    func `the deepest values fit a thread with half a megabyte of stack`() async {
        let limit = JSONDocument.depthLimit
        let text = String(repeating: #"{"b":1,"a":"#, count: limit) + "1" + String(repeating: "}", count: limit)
        let count = await withCheckedContinuation { continuation in
            let thread = Thread {
                continuation.resume(returning: (try? JSONDocument(parsing: text))?.root.canonicalBytes().count)
            }
            thread.stackSize = 512 << 10
            thread.start()
        }
        #expect(count == text.utf8.count)
    }
}

struct ObjectTests {
    @Test(arguments: [
        (#"{"a":1,"a":2}"#, 7), (#"{"a":1,"b":2,"a":3}"#, 13), (#"{"a":1,"\u0061":2}"#, 7),
        (#"{"\u0061":1,"a":2}"#, 12),
        (#"{"b":1,"a":[],"\u0062":{}}"#, 14), (#"[{"x":{"":1,"":2}}]"#, 12), (#"{"/":1,"\/":1}"#, 7),
    ])
    func `a key that stands twice is refused, however it is written`(text: String, offset: Int) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONDocument(parsing: text) }
        #expect(error?.offset == offset)
        guard case .duplicateKey = error?.problem else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test
    func `keys that only look the same are two`() throws {
        let object = try #require(JSONDocument(parsing: "{\"\u{E9}\":1,\"e\u{301}\":2}").root.object)
        #expect(object[UTF8Text("\u{E9}")]?.number?.int64 == 1)
        #expect(object[UTF8Text("e\u{301}")]?.number?.int64 == 2)
        #expect(object.map(\.key).count == 2)
    }

    @Test
    func `members are found in sorted and in unsorted objects`() throws {
        for text in [
            #"{"a":1,"b":{"c":2},"d":"3"}"#, #"{"d":"3","b":{"c":2},"a":1}"#, #"{"\u0064":"3","b":{"c":2},"a":1}"#,
            #"{"b":{"c":2},"a":1,"d":"3"}"#, #"{"a":1,"b":{"c":2,"d":3},"d":"3"}"#,
        ] {
            let object = try #require(JSONDocument(parsing: text).root.object)
            #expect(object["a"]?.number?.int64 == 1)
            #expect(object["b"]?.object?["c"]?.number?.int64 == 2)
            #expect(object["d"]?.text?.string == "3")
            #expect(object["c"] == nil)
            #expect(object["aa"] == nil)
            #expect(object[""] == nil)
        }
    }

    @Test(arguments: [true, false])
    func `every one of many members is found, and nothing between them`(isSorted: Bool) throws {
        for count in 0..<40 {
            let numbers = isSorted ? Array(0..<count) : (0..<count).reversed()
            let members = numbers.map { "\"key \(1_000 + 2 * $0) of some length\":\($0)" }
            let object = try #require(JSONDocument(parsing: "{\(members.joined(separator: ","))}").root.object)
            #expect(object.isSorted == (isSorted || count < 2))
            for number in 0..<count {
                #expect(object[UTF8Text("key \(1_000 + 2 * number) of some length")]?.number?.int64 == Int64(number))
                #expect(object[UTF8Text("key \(1_001 + 2 * number) of some length")] == nil)
            }
            #expect(object["key"] == nil && object["z"] == nil)
        }
    }

    @Test(arguments: [
        (#"{}"#, #"{}"#, []), (#"{"a":1}"#, #"{"a":1}"#, []), (#"{"a":1}"#, #"{"a":"1"}"#, [#"a 1 "1""#]),
        (#"{"a":1,"c":{"d":[]}}"#, #"{"b":2,"c":{"d":[]}}"#, ["a 1 -", "b - 2"]),
        (#"{"c":1,"a":2,"b":3}"#, #"{"b":3,"c":0}"#, ["a 2 -", "c 1 0"]),
        (#"{}"#, #"{"b":{"x":1},"a":null}"#, ["a - null", #"b - {"x":1}"#]),
        (#"{"a":{"x":1},"b":1}"#, #"{"a":{"x":1 },"\u0062":1}"#, [#"a {"x":1} {"x":1 }"#]),
    ])
    func `differences are told in the order of the keys`(earlier: String, now: String, expected: [String]) throws {
        let left = try #require(JSONDocument(parsing: earlier).root.object)
        let right = try #require(JSONDocument(parsing: now).root.object)
        func text(_ value: JSONValue?) -> String { value.map { String(decoding: $0.source, as: UTF8.self) } ?? "-" }
        var differences: [String] = []
        right.forEachDifference(from: left) { key, earlier, now in
            differences.append("\(key) \(text(earlier)) \(text(now))")
        }
        #expect(differences == expected)
    }

    /// As many keys as fit a PDU, in the worst order.
    @Test
    func `many unsorted keys are told apart without comparing all pairs`() throws {
        let keys = (0..<20_000).map { "\"key \(20_000 - $0)\":0" }.joined(separator: ",")
        let clock = ContinuousClock()
        let elapsed = try clock.measure {
            let object = try #require(JSONDocument(parsing: "{\(keys)}").root.object)
            #expect(!object.isSorted)
        }
        // A pair takes some nanoseconds, and there are two hundred million.
        #expect(elapsed < .seconds(10))
        let duplicated = #expect(throws: JSONSyntaxError.self) { try JSONDocument(parsing: "{\(keys),\"key 7\":0}") }
        #expect(duplicated?.problem == .duplicateKey("key 7"))
    }
}
