import JSONRPC
import Testing

/// W3C Trace Context, "traceparent header".
struct TraceParentTests {
    private static let traceID = "4bf92f3577b34da6a3ce929d0e0e4736"
    private static let spanID = "00f067aa0ba902b7"

    @Test(arguments: [("00", false), ("01", true), ("02", false), ("ff", true)])
    func `a trace is read with its span and its flags`(flags: String, isSampled: Bool) throws {
        let parent = try #require(TraceParent("00-\(Self.traceID)-\(Self.spanID)-\(flags)"))
        #expect(parent.traceID == Self.traceID)
        #expect(parent.spanID == Self.spanID)
        #expect(parent.isSampled == isSampled)
    }

    @Test
    func `a later version may say more`() {
        #expect(TraceParent("01-\(Self.traceID)-\(Self.spanID)-01-more")?.traceID == Self.traceID)
    }

    @Test(arguments: [
        "", "00", "00-\(traceID)-\(spanID)", "00-\(traceID)-\(spanID)-01-more", "ff-\(traceID)-\(spanID)-01",
        "00-\(traceID.uppercased())-\(spanID)-01", "00-\(traceID.dropLast())-\(spanID)-01",
        "00-\(traceID)-\(spanID)0-01", "00-\(traceID)-\(spanID)-1", "00-\(traceID)-\(spanID)-zz",
        "00-00000000000000000000000000000000-\(spanID)-01", "00-\(traceID)-0000000000000000-01",
        "0-\(traceID)-\(spanID)-01",
    ])
    func `anything else is passed over`(text: String) {
        #expect(TraceParent(text) == nil)
    }

    @Test(arguments: ["00", "01"])
    func `a span within is one of the same trace, and spelt as it is read`(flags: String) throws {
        let parent = try #require(TraceParent("00-\(Self.traceID)-\(Self.spanID)-\(flags)"))
        #expect(parent.description == "00-\(Self.traceID)-\(Self.spanID)-\(flags)")
        let children = (0..<20).map { _ in parent.makeChild() }
        for child in children {
            #expect(TraceParent(child.description) == child)
            #expect(child.traceID == parent.traceID && child.isSampled == parent.isSampled)
        }
        #expect(Set(children.map(\.spanID) + [parent.spanID]).count == 21)
    }
}
