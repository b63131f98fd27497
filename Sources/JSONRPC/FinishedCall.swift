/// A request or notification that has been carried out, for whoever counts and logs them.
package struct FinishedCall: Sendable {
    /// The method as it was declared; `nil` where the message named none that exists.
    package let method: StaticString?
    package let origin: CallOrigin
    /// The error that answered it; `nil` for a result.
    package let error: RPCError.Kind?
    /// What the log calls the defect behind the error, where there is one.
    package let incident: String?
    /// From the message's arrival to the answer, waiting included.
    package let duration: Duration
    /// Whether something had to be waited for, in ``CallObserver/accompany(_:_:_:)``.
    package let hasWaited: Bool

    package init(
        method: StaticString?,
        origin: CallOrigin = CallOrigin(),
        error: RPCError.Kind?,
        incident: String? = nil,
        duration: Duration,
        hasWaited: Bool = false
    ) {
        self.method = method
        self.origin = origin
        self.error = error
        self.incident = incident
        self.duration = duration
        self.hasWaited = hasWaited
    }
}
