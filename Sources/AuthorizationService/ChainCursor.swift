import AuthGraph
import CanonicalJSON
import JSONRPC
import MatrixEvents

/// Where a page of a chain begins. Every process makes the same of the same chain, so that any of them can go on where
/// another one stopped; when events that were missing have come, the cursor is no longer one of the chain.
struct ChainCursor: Equatable {
    let fingerprint: UInt64
    let position: Int

    init(_ chain: AuthChain, position: Int) {
        self.init(fingerprint: chain.fingerprint, position: position)
    }

    init(fingerprint: UInt64, position: Int) {
        self.fingerprint = fingerprint
        self.position = position
    }

    /// `nil` where `text` was not written by ``text``.
    init?(_ text: UTF8Text) {
        guard let bytes = Base64.decode(text.bytes), bytes.count == 12 else { return nil }
        fingerprint = bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) }
        position = bytes[8...].reduce(0) { $0 << 8 | Int($1) }
    }

    var text: UTF8Text {
        let bytes =
            stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: fingerprint >> UInt64($0)) }
            + stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: position >> $0) }
        return UTF8Text(utf8: Base64.encode(bytes, alphabet: .urlSafe))
    }
}

extension Params {
    /// The cursor that the request names; `nil` where it begins at the beginning.
    ///
    /// - Throws: `invalid_params` where it is none of `chain`.
    func cursor(in chain: AuthChain) throws(RPCError) -> ChainCursor? {
        guard let text = optionalString("cursor") else { return nil }
        guard let cursor = ChainCursor(text) else {
            throw .invalidParams(path: path(to: "cursor"), expected: "a cursor that graph.chain gave")
        }
        guard cursor.fingerprint == chain.fingerprint else {
            let expected = "a cursor of these events' chain as it is now; begin again without one"
            throw .invalidParams(path: path(to: "cursor"), expected: expected)
        }
        return cursor
    }
}
