import AuthGraph
import CanonicalJSON
import JSONRPC
import MatrixEvents
import Tracing

extension AuthorizationService {
    /// Answers from memory where memory holds everything; otherwise loads what is missing and tries again.
    ///
    /// - Parameters:
    ///   - timeout: how long the caller waits for what has to be loaded.
    ///   - params: the request, where whole chains may have to be verified for it.
    ///   - answer: makes the answer from the events at hand. It is called again after each load.
    func answer(
        within timeout: Duration? = nil,
        for params: Params? = nil,
        _ answer: @escaping @Sendable (EventsAtHand) throws(Unfinished) -> JSONFragment
    ) throws(RPCError) -> Outcome {
        let atHand = eventsAtHand(for: params)
        do throws(Unfinished) {
            return .done(try answer(atHand))
        } catch {
            switch error {
            case .failed(let error): throw error
            case .needs(let needs):
                return .waiting(atMost: timeout) { () async throws(RPCError) in
                    try await loading(try await load(needs, into: atHand), answer)
                }
            }
        }
    }

    /// What a request begins with: nothing that it was asked for yet.
    func eventsAtHand(for params: Params? = nil) -> EventsAtHand {
        EventsAtHand(graph, for: params, isRecorded: decisionLog != nil)
    }

    /// What `make` makes of the events at hand, once all that it needs is loaded.
    ///
    /// Every turn loads ids that were not asked for before, and a request's references are bounded by its size.
    func loading<Value>(
        _ atHand: EventsAtHand,
        _ make: (EventsAtHand) throws(Unfinished) -> Value
    ) async throws(RPCError) -> Value {
        var atHand = atHand
        while true {
            do throws(Unfinished) {
                return try make(atHand)
            } catch {
                switch error {
                case .failed(let error): throw error
                case .needs(let needs): atHand = try await load(needs, into: atHand)
                }
            }
        }
    }

    private func load(_ needs: EventNeeds, into atHand: EventsAtHand) async throws(RPCError) -> EventsAtHand {
        let span = startSpan("load events")
        defer { span.end() }
        span.attributes["eventauth.events"] = needs.cited.count + needs.whole.count
        var loaded = atHand
        do throws(AuthGraphError) {
            try await loaded.load(needs)
        } catch {
            throw rpcError(error)
        }
        if let roomID = needs.roomID, !needs.verified.isEmpty {
            loaded.verify(try await chainVerdicts(of: needs.verified, in: roomID, for: atHand))
        }
        return loaded
    }

    /// Runs `body`, an error of the graph's becoming one that a client may see.
    func graphCall<Value>(
        _ body: () async throws(AuthGraphError) -> Value
    ) async throws(RPCError) -> Value {
        do throws(AuthGraphError) {
            return try await body()
        } catch {
            throw rpcError(error)
        }
    }

    /// The error that a client sees for one of the graph's. What only operators may see goes to the log.
    func rpcError(_ error: AuthGraphError) -> RPCError {
        switch error {
        case .store(.unavailable): return .storeUnavailable(retryAfter: .seconds(1))
        case .store(.defective(let detail)): return .internalDefect(incident: report(Incident(detail: detail)))
        case .store(.readOnly): return .readOnly
        case .overloaded: return .overloaded(retryAfter: .seconds(1))
        case .corrupt(let ids, let explanation):
            return .graphCorrupt(eventIDs: ids.map(\.text.string), explanation: explanation)
        case .tooLarge(let limit): return .tooLarge(what: "the auth chain", limit: limit, unit: .events)
        case .missing(let ids): return .eventsMissing(ids: ids.map(\.text.string))
        }
    }
}
