/// Hears of calls while they are carried out, on whatever thread that is.
package protocol CallObserver: Sendable {
    /// Carries out the part of a call of `method` that has to be waited for: calls `work`, once, and gives what it gives.
    func accompany(
        _ method: StaticString,
        _ origin: CallOrigin,
        _ work: () async -> Result<JSONFragment, RPCError>
    ) async -> Result<JSONFragment, RPCError>

    func finished(_ call: FinishedCall)
}

/// Observes nothing.
package struct NoObserver: CallObserver {
    package init() {}

    package func accompany(
        _ method: StaticString,
        _ origin: CallOrigin,
        _ work: () async -> Result<JSONFragment, RPCError>
    ) async -> Result<JSONFragment, RPCError> { await work() }

    package func finished(_ call: FinishedCall) {}
}

extension Result where Failure == RPCError {
    package var error: RPCError? {
        if case .failure(let error) = self { error } else { nil }
    }
}
