import CanonicalJSON
import Logging
import Synchronization
import Testing

@testable import eventauth

/// Logs as JSON, a line each.
struct JSONLogTests {
    @Test
    func `a line is an object with the time, the level, the message and what belongs to it`() throws {
        let lines = Lines()
        var logger = lines.logger
        logger[metadataKey: "copy"] = "1"
        logger.notice("say \"hello\"\n", metadata: ["room": "!r:a", "done": ["1", "2"], "of": ["b": "x", "a": "y"]])
        let text = try #require(lines.all.first)
        #expect(text.hasSuffix("\n") && text.count { $0 == "\n" } == 1)
        let object = try #require(try JSONDocument(parsing: text).root.object)
        #expect(object.map(\.key.string) == ["time", "level", "message", "copy", "done", "of", "room"])
        #expect(object["level"]?.text?.string == "notice")
        #expect(object["message"]?.text?.string == "say \"hello\"\n")
        #expect(object["room"]?.text?.string == "!r:a")
        #expect(object["done"]?.array?.compactMap(\.text?.string) == ["1", "2"])
        #expect(object["of"]?.object?.map(\.key.string) == ["a", "b"])
        let time = try #require(object["time"]?.text?.string)
        #expect(time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil, "\(time)")
    }

    @Test
    func `no key stands twice in a line`() throws {
        let lines = Lines()
        lines.logger.notice("a", metadata: ["message": "b", "time": "c"])
        let line = try #require(lines.all.first)
        let object = try #require(try JSONDocument(parsing: line).root.object)
        #expect(object["message"]?.text?.string == "a" && object["message_"]?.text?.string == "b")
        #expect(object["time_"]?.text?.string == "c")
    }

    @Test
    func `what is below the level is not written`() {
        let lines = Lines()
        lines.logger.debug("a")
        #expect(lines.all.isEmpty)
    }
}

/// The lines that a logger wrote.
private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock(\.self) }

    var logger: Logger {
        Logger(label: "test") { _ in JSONLogHandler { line in self.lines.withLock { $0.append(line) } } }
    }
}
