import CanonicalJSON

/// Where a call comes from: who makes it, when, and as part of what.
package struct CallOrigin: Sendable {
    package let session: Session
    package let arrival: ContinuousClock.Instant
    /// The request as it came.
    private let envelope: JSONObject?

    /// - Parameter envelope: the request as it came; `nil` where no message made the call.
    init(_ session: Session, _ envelope: JSONObject?) {
        self.session = session
        self.envelope = envelope
        arrival = .now
    }

    /// A call that no message made.
    package init(_ session: Session = .local) {
        self.init(session, nil)
    }

    /// The trace that the request is part of: as its own member `traceparent` says, beside `method`, or the HTTP header of
    /// that name. Read when it is asked for, which most calls never are.
    package var traceParent: TraceParent? {
        (envelope?["traceparent"]?.text?.string ?? session.traceParent).flatMap { TraceParent($0) }
    }

    /// What logs call the request: the trace's id, or where there is no trace a name of its own.
    package var requestID: String {
        if let traceParent { return traceParent.traceID }
        var hasher = Hasher()
        hasher.combine(ObjectIdentifier(session))
        hasher.combine(arrival)
        return String(UInt64(bitPattern: Int64(hasher.finalize())), radix: 16)
    }
}
