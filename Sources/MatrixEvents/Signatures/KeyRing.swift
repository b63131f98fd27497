/// The keys of servers that are known when signatures are checked.
package struct KeyRing: Sendable {
    private var keys: [ServerKeyID: ServerKey] = [:]

    package init(_ keys: some Sequence<ServerKey> = []) {
        for key in keys { add(key) }
    }

    package subscript(id: ServerKeyID) -> ServerKey? { keys[id] }

    package var isEmpty: Bool { keys.isEmpty }

    /// Adds a key, where there is none under its id or it is newer than that one.
    package mutating func add(_ key: ServerKey) {
        if keys[key.id].map({ key.isNewer(than: $0) }) ?? true { keys[key.id] = key }
    }

    /// These keys, and those of `other` whose ids are not among them.
    package func completed(by other: KeyRing) -> KeyRing {
        var ring = self
        ring.keys.merge(other.keys) { mine, _ in mine }
        return ring
    }
}
