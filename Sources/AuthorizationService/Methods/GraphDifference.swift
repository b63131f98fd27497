import AuthGraph
import CanonicalJSON
import JSONRPC
import MatrixEvents

extension AuthorizationService {
    /// `graph.difference`: where the auth chains of several sets of events differ.
    var difference: Method {
        Method(
            "graph.difference",
            role: .check,
            timeLimit: .seconds(120),
            summary:
                "Tells which events are in the auth chains of some sets of events and not of all (state resolution v2).",
            parameters: [
                .required("sets", .array(of: .array(of: .reference)), "Sets of stored events of one room."),
                .timeout,
            ],
            result: .object([
                .required("difference", .array(of: .reference), "The ids, ancestors first.")
            ]),
            errors: [.eventsMissing, .storeUnavailable, .deadlineExceeded, .graphCorrupt]
        ) { params throws(RPCError) in
            .waiting(atMost: params.timeout) { () async throws(RPCError) in try await difference(params) }
        }
    }

    private func difference(_ params: Params) async throws(RPCError) -> JSONFragment {
        let sets =
            params.optionalArray("sets")?.map { set in
                Set(set.array?.compactMap { $0.text.map { EventID($0) } } ?? [])
            } ?? []
        guard sets.count <= Self.setLimit else {
            throw .tooLarge(what: "the list of sets", limit: Self.setLimit, unit: .sets)
        }
        let heads = sets.reduce(into: Set<EventID>()) { $0.formUnion($1) }
        var difference: [EventID] = []
        if !heads.isEmpty {
            let chain = try await chain(of: Array(heads), at: params.path(to: "sets"))
            // What is behind an event that is not there could be anything.
            guard chain.missing.isEmpty else { throw .eventsMissing(ids: chain.missing.map(\.text.string)) }
            difference = chain.difference(of: sets)
        }
        return JSONFragment { writer in
            writer.object { writer in
                writer.key("difference")
                writer.eventIDs(difference)
            }
        }
    }

    /// Sets that one request may compare.
    private static let setLimit = 256
}
