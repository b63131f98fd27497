import CanonicalJSON
import Testing

struct DifferenceTests {
    /// Values that differ in one of the ways in which texts can: by length, kind, escape, space, or a byte at either end.
    private static let values = [
        "1", "2", "10", "-1", "1.0", #""1""#, #""\u0031""#, "null", "true", "[]", "[1]", "[ 1]", "{}", #"{"a":1}"#,
        #"{"a": 1}"#, #""long enough for words""#, #""long enough for wordz""#, #""Long enough for words""#,
    ]

    private func differences(from earlier: String, to now: String) throws -> [String] {
        let (earlier, now) = (try JSONDocument(parsing: earlier), try JSONDocument(parsing: now))
        let (old, new) = (try #require(earlier.root.object), try #require(now.root.object))
        var found: [String] = []
        new.forEachDifference(from: old) { key, earlier, now in
            let texts = [earlier, now].map { $0.map { String(decoding: $0.source, as: UTF8.self) } ?? "nothing" }
            found.append("\(key): \(texts[0]) to \(texts[1])")
        }
        return found
    }

    @Test(arguments: values, values)
    func `a member differs where its value has another text`(earlier: String, now: String) throws {
        // A string is what it says, however it is escaped.
        let isSame = earlier == now || Set([earlier, now]) == [#""1""#, #""\u0031""#]
        let expected = isSame ? [] : ["b: \(earlier) to \(now)"]
        for separator in [":", " : "] {
            let surroundings = { (value: String) in "{\"a\":\"same\",\"b\"\(separator)\(value),\"c\":[0]}" }
            #expect(try differences(from: surroundings(earlier), to: surroundings(now)) == expected)
            #expect(
                try differences(from: surroundings(earlier), to: "{\"c\":[0],\"b\":\(now),\"a\":\"same\"}") == expected
            )
        }
    }

    @Test
    func `members that only one of two objects has differ`() throws {
        #expect(
            try differences(from: #"{"a":1,"c":3}"#, to: #"{"b":2,"c":3}"#) == ["a: 1 to nothing", "b: nothing to 2"]
        )
        #expect(try differences(from: "{}", to: #"{"b":2,"a":1}"#) == ["a: nothing to 1", "b: nothing to 2"])
        // Keys that differ in their last byte alone, and one that begins like the other.
        #expect(
            try differences(from: #"{"@user1:server":1}"#, to: #"{"@user2:server":1}"#)
                == ["@user1:server: 1 to nothing", "@user2:server: nothing to 1"]
        )
        #expect(try differences(from: #"{"ab":1}"#, to: #"{"a":"b"}"#) == [#"a: nothing to "b""#, "ab: 1 to nothing"])
    }
}
