import CanonicalJSON

/// What becomes of a message.
package enum Reply: Sendable {
    /// There is nothing to answer: the message held only notifications.
    case nothing
    case ready([UInt8])
    /// The answer must be waited for; `nil` where there turns out to be nothing to answer.
    case waiting(@Sendable () async -> [UInt8]?)

    /// The reply to something that never became a request: an error whose `id` is null.
    package static func failure(_ error: RPCError) -> Reply {
        .ready(replyBytes(.failure(error), id: nil))
    }
}

/// The bytes of one reply object. `id` is echoed byte for byte.
func replyBytes(_ result: Result<JSONFragment, RPCError>, id: JSONValue?) -> [UInt8] {
    let idSource = id?.source ?? ArraySlice("null".utf8)
    var writer = JSONWriter(reservingCapacity: 48 + idSource.count + result.expectedByteCount)
    writer.object { writer in
        writer.key("jsonrpc")
        writer.raw("\"2.0\"".utf8)
        writer.key("id")
        writer.raw(idSource)
        switch result {
        case .success(let fragment):
            writer.key("result")
            writer.raw(fragment.bytes)
        case .failure(let error):
            writer.key("error")
            error.write(to: &writer)
        }
    }
    return writer.bytes
}

extension Result where Success == JSONFragment {
    fileprivate var expectedByteCount: Int {
        switch self {
        case .success(let fragment): fragment.bytes.count
        case .failure: 256
        }
    }
}
