import CanonicalJSON

/// What becomes of a message.
package enum Reply: Sendable {
    /// There is nothing to answer: the message held only notifications.
    case nothing
    case ready([UInt8])
    /// The whole message came to nothing, for this kind of reason.
    case refused(RPCError.Kind, [UInt8])
    /// The answer must be waited for; `nil` where there turns out to be nothing to answer.
    case waiting(@Sendable () async -> [UInt8]?)

    /// The reply to something that never became a request: an error whose `id` is null.
    package static func failure(_ error: RPCError) -> Reply {
        .refused(error.kind, replyBytes(.failure(error), id: nil))
    }
}

private let replyStart = Array(#"{"jsonrpc":"2.0","id":"#.utf8)
private let nullID = Array("null".utf8)[...]
private let resultStart = Array(#","result":"#.utf8)
private let errorStart = Array(#","error":"#.utf8)

/// The bytes of one reply object. `id` is echoed byte for byte.
func replyBytes(_ result: Result<JSONFragment, RPCError>, id: JSONValue?) -> [UInt8] {
    switch result {
    case .success(let fragment): replyBytes(resultStart, fragment, id: id?.source ?? nullID)
    case .failure(let error): replyBytes(errorStart, JSONFragment { error.write(to: &$0) }, id: id?.source ?? nullID)
    }
}

private func replyBytes(_ outcomeStart: [UInt8], _ outcome: JSONFragment, id: ArraySlice<UInt8>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(replyStart.count + id.count + outcomeStart.count + outcome.bytes.count + 1)
    bytes.append(contentsOf: replyStart)
    bytes.append(contentsOf: id)
    bytes.append(contentsOf: outcomeStart)
    bytes.append(contentsOf: outcome.bytes)
    bytes.append(UInt8(ascii: "}"))
    return bytes
}

extension Reply {
    /// What can be sent at once.
    package var bytes: [UInt8]? {
        switch self {
        case .nothing, .waiting: nil
        case .ready(let bytes), .refused(_, let bytes): bytes
        }
    }
}
