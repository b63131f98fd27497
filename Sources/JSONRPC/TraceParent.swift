/// Where a request stands in a trace of its caller's (W3C Trace Context, "traceparent header").
package struct TraceParent: Equatable, Sendable {
    /// 32 hexadecimal digits: what logs call the request.
    package let traceID: String
    /// 16 hexadecimal digits: the span that it is part of, at first the caller's own.
    package let spanID: String
    /// Whether the caller records the trace.
    package let isSampled: Bool

    private init(traceID: String, spanID: String, isSampled: Bool) {
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
    }

    /// Reads `00-TRACE-SPAN-FLAGS`; `nil` for anything else, which the specification has a receiver pass over.
    package init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count >= 4, let version = parts[0].hexadecimal(count: 2), version != "ff" else { return nil }
        // A later version may have more parts, and begins as this one does.
        guard version != "00" || parts.count == 4 else { return nil }
        guard
            let traceID = parts[1].hexadecimal(count: 32), traceID.contains(where: { $0 != "0" }),
            let spanID = parts[2].hexadecimal(count: 16), spanID.contains(where: { $0 != "0" }),
            let flags = parts[3].hexadecimal(count: 2).flatMap({ UInt8($0, radix: 16) })
        else { return nil }
        self.init(traceID: traceID, spanID: spanID, isSampled: flags & 1 == 1)
    }

    /// The same trace, within a span of its own.
    package func makeChild() -> TraceParent {
        let digits = String(UInt64.random(in: 1 ... .max), radix: 16)
        let spanID = String(repeating: "0", count: 16 - digits.count) + digits
        return TraceParent(traceID: traceID, spanID: spanID, isSampled: isSampled)
    }
}

extension TraceParent: CustomStringConvertible {
    package var description: String { "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")" }
}

extension Substring.UTF8View {
    /// The digits, where there are `count` of them and no capitals.
    fileprivate func hexadecimal(count: Int) -> String? {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        let letters = UInt8(ascii: "a")...UInt8(ascii: "f")
        guard self.count == count, allSatisfy({ digits ~= $0 || letters ~= $0 }) else { return nil }
        return String(self)
    }
}
