import Testing

@testable import RPCServer

/// What a server makes of the probes of its store.
@Suite struct ProbeHistoryTests {
    @Test func `a server is not ready before its store has answered`() {
        var history = ProbeHistory()
        #expect(history.obstacle == .starting)
        history.probeEnded(.database)
        #expect(history.obstacle == .database)
        history.probeEnded(nil)
        #expect(history.obstacle == nil)
    }

    @Test func `one probe that fails is no outage, two in a row are`() {
        var history = ProbeHistory()
        for failure in [nil, .database, nil, .database] as [Health.Obstacle?] { history.probeEnded(failure) }
        #expect(history.obstacle == nil)
        history.probeEnded(.database)
        #expect(history.obstacle == .database)
        history.probeEnded(.schema)
        #expect(history.obstacle == .schema)
    }

    @Test func `the first answer ends an outage`() {
        var history = ProbeHistory()
        for _ in 0..<5 { history.probeEnded(.database) }
        history.probeEnded(nil)
        #expect(history.obstacle == nil)
    }
}
