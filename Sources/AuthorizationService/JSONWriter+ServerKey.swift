package import CanonicalJSON
package import MatrixEvents

extension JSONWriter {
    /// A server's key as an object: `server`, `key_id`, `key` in base64, and `valid_until_ts` and `expired_ts` in
    /// milliseconds or null.
    package mutating func serverKey(_ key: ServerKey) {
        object { writer in
            writer.key("server")
            writer.string(key.id.server.text)
            writer.key("key_id")
            writer.string(key.id.keyID)
            writer.key("key")
            writer.string(key.publicKey.base64)
            for (name, moment) in [("valid_until_ts" as StaticString, key.validUntil), ("expired_ts", key.expired)] {
                writer.key(name)
                if let moment { writer.integer(moment.milliseconds) } else { writer.null() }
            }
        }
    }
}
