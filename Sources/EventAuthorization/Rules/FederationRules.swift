import CanonicalJSON
import MatrixEvents

extension RuleWalk {
    /// Rooms whose create event says `m.federate: false` are for users of the creating server.
    func checkFederation() throws(Decision) {
        guard let create = state.create else { return }
        let federate = CreateContent(create).federate
        var isForeign: Bool { event.sender.serverName != create.sender.serverName }
        try reject(
            .federateDenied,
            if: federate?.bool == false && isForeign,
            comparing: ["sender": .user(event.sender), "server": .text(create.sender.serverName.text)],
            reading: .create
        )
        // The specification names only `false`; every implementation keeps foreign users out for other odd values too.
        let isMalformed = federate.map { $0.bool == nil && !$0.isNull } ?? false
        try reject(
            .federateMalformed,
            if: isMalformed && isForeign,
            comparing: ["sender": .user(event.sender), "m.federate": federate.map { .json($0) } ?? .absent],
            reading: .create
        )
    }

    /// Until v5: a server may set the aliases of its own.
    func decideAliases() throws(Decision) -> Never {
        try reject(.aliasesNoStateKey, if: event.stateKey == nil)
        try reject(
            .aliasesDomainMismatch,
            if: event.stateKey != event.sender.serverName.text,
            comparing: ["state_key": .text(event.stateKey), "sender": .user(event.sender)]
        )
        try allow(.aliasesAllow)
    }
}
