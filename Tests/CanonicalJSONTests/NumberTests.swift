import CanonicalJSON
import Testing

struct NumberTests {
    private func number(_ text: String) throws -> JSONNumber {
        try #require(JSONDocument(parsing: text).root.number)
    }

    @Test(arguments: [
        "0", "-0", "1", "-1", "9007199254740991", "9007199254740993", "9223372036854775808", "-9223372036854775809",
        "123456789012345678901234567890", "0.0", "-0.0", "1.50", "1e3", "1E3", "1e+3", "1E-3", "-1.5e10", "1e400",
    ])
    func `a number keeps its text`(text: String) throws {
        #expect(try number(text).text.string == text)
        #expect(try JSONDocument(parsing: " [\(text) ,1]").root.array?.first { _ in true }?.number?.text.string == text)
    }

    @Test(arguments: [("1", true), ("-0", true), ("1.0", false), ("1e0", false), ("10E1", false)])
    func `an integer is what has neither fraction nor exponent`(text: String, isInteger: Bool) throws {
        #expect(try number(text).isInteger == isInteger)
        #expect(try JSONDocument(parsing: text).root.kind == (isInteger ? .integer : .decimal))
    }

    @Test(arguments: [
        ("9007199254740991", true), ("9007199254740992", false), ("-9007199254740991", true),
        ("-9007199254740992", false), ("9223372036854775807", false), ("-9223372036854775808", false), ("0", true),
    ])
    func `canonical integers end at 2^53 - 1`(text: String, isCanonical: Bool) throws {
        #expect(try number(text).canonicalInteger == (isCanonical ? Int64(text) : nil))
        #expect(try (JSONDocument(parsing: text).root.firstNonCanonicalNumber == nil) == isCanonical)
    }

    @Test(arguments: ["-0", "1.0", "0.0", "1e3", "1E3", "-0.0", "9007199254740992", "99999999999999999999999999"])
    func `a number that canonical JSON has not is found however deep`(text: String) throws {
        let value = try JSONDocument(parsing: #"{"a":[1,{"b":"\#(text)"},{"b":[\#(text)]}],"c":2}"#).root
        #expect(value.firstNonCanonicalNumber?.text.string == text)
        #expect(value.object?["c"]?.firstNonCanonicalNumber == nil)
    }

    @Test
    func `an integer past 64 bits is no Int64`() throws {
        #expect(try number("9223372036854775807").int64 == .max)
        #expect(try number("-9223372036854775808").int64 == .min)
        #expect(try number("9223372036854775808").int64 == nil)
        #expect(try number("5.0").int64 == nil)
    }

    @Test(arguments: [("99.999999999999999", 100.0), ("1e400", .infinity), ("-1e400", -.infinity), ("1e-400", 0)])
    func `a number is read as the nearest double`(text: String, double: Double) throws {
        #expect(try number(text).double == double)
    }

    @Test(arguments: [
        ("01", 0), ("-01", 0), ("00", 0), ("1.", 2), ("-", 1), ("1e", 2), ("1e+", 3), ("-x", 1), ("1.e1", 2),
        ("--1", 1),
    ])
    func `a number that JSON does not write so is refused`(text: String, offset: Int) {
        let error = #expect(throws: JSONSyntaxError.self) { try JSONDocument(parsing: text) }
        let problem: JSONSyntaxError.Problem = offset == text.utf8.count ? .unexpectedEnd : .invalidNumber
        #expect(error == JSONSyntaxError(problem: problem, offset: offset))
    }

    @Test(arguments: ["+1", ".5", "NaN", "Infinity", "0x10", "1_000", "1 000"])
    func `what other languages take for a number is refused`(text: String) {
        #expect(throws: JSONSyntaxError.self) { try JSONDocument(parsing: text) }
    }
}
