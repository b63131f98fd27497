import Testing

@testable import RPCServer

@Suite struct ConnectionFlowTests {
    private var flow = ConnectionFlow(inFlightLimit: 2)

    @Test mutating func `one read is asked for at a time`() {
        #expect(flow.nextAction() == .read)
        #expect(flow.nextAction() == .wait)
        flow.readFinished()
        #expect(flow.nextAction() == .read)
    }

    @Test mutating func `no request starts beyond the limit until one is finished`() {
        flow.requestStarted()
        #expect(flow.mayStart)
        flow.requestStarted()
        #expect(!flow.mayStart)
        flow.requestFinished()
        #expect(flow.mayStart)
    }

    @Test mutating func `after the end of the input it closes once everything is answered`() {
        flow.requestStarted()
        flow.inputEnded()
        #expect(!flow.acceptsInput)
        #expect(flow.nextAction() == .wait)
        flow.requestFinished()
        #expect(flow.nextAction() == .close)
        #expect(flow.nextAction() == .wait)
    }

    @Test mutating func `discarded input is read only while closing`() {
        flow.requestStarted()
        flow.discardInput()
        #expect(!flow.acceptsInput)
        #expect(flow.nextAction() == .wait)
        flow.requestFinished()
        #expect(flow.nextAction() == .close)
        #expect(flow.nextAction() == .read)
        flow.readFinished()
        #expect(flow.nextAction() == .read)
    }

    @Test mutating func `input that has ended stays ended`() {
        flow.inputEnded()
        flow.discardInput()
        #expect(flow.inputHasEnded)
    }
}
