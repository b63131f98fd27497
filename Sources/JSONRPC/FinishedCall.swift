/// A request or notification that has been carried out, for whoever counts and logs them.
package struct FinishedCall: Sendable {
    /// The method as it was declared; `nil` where the message named none that exists.
    package let method: StaticString?
    /// The error that answered it; `nil` for a result.
    package let error: RPCError.Kind?
    /// From the message's arrival to the answer, waiting included.
    package let duration: Duration

    package init(method: StaticString?, error: RPCError.Kind?, duration: Duration) {
        self.method = method
        self.error = error
        self.duration = duration
    }
}
