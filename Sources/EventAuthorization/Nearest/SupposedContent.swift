package import CanonicalJSON
import MatrixEvents

extension JSONWriter {
    /// The members of `object` with another value under `key`, which `write` writes; where it is `nil`, without that key.
    package mutating func members(
        of object: JSONObject,
        setting key: UTF8Text,
        _ write: ((inout JSONWriter) -> Void)?
    ) {
        for (name, value) in object where name != key {
            self.key(name)
            raw(value.source)
        }
        guard let write else { return }
        self.key(key)
        write(&self)
    }
}

extension JSONObject {
    /// The object with another value under `key`, which `write` writes; where it is `nil`, without that key.
    package func setting(_ key: UTF8Text, _ write: ((inout JSONWriter) -> Void)?) -> JSONObject {
        var writer = JSONWriter()
        writer.object { $0.members(of: self, setting: key, write) }
        guard let object = try? JSONDocument(parsing: writer.bytes).root.object else {
            preconditionFailure("What is made of the parts of an object is one")
        }
        return object
    }

    func setting(_ key: StaticString, _ write: @escaping (inout JSONWriter) -> Void) -> JSONObject {
        setting(UTF8Text(key.description), write)
    }

    /// These power levels without the level at `path`, `/ban` or `/users/@alice:a`; `nil` where there is none.
    func removing(levelAt path: UTF8Text) -> JSONObject? {
        let path = path.dropFirst(1)
        guard let slash = path.firstOffset(of: UInt8(ascii: "/")), let entries = self[path.prefix(slash)]?.object else {
            return self[path] == nil ? nil : setting(path, nil)
        }
        let key = path.dropFirst(slash + 1)
        guard entries[key] != nil else { return nil }
        return setting(path.prefix(slash)) { $0.object { $0.members(of: entries, setting: key, nil) } }
    }
}

extension Event {
    /// The event with a signature by `server` that nobody made; `nil` where there can be no such event.
    func supposedlySigned(by server: ServerName) -> Event? {
        supposing(.empty, by: server, keyID: UTF8Text("ed25519:supposed"))
    }

    /// The event with another signature under it; `nil` where there can be no such event.
    func supposing(_ signature: UTF8Text, by server: ServerName, keyID: UTF8Text) -> Event? {
        let signatures = json["signatures"]?.object ?? .empty
        let keys = signatures[server.text]?.object ?? .empty
        return supposing("signatures") { writer in
            writer.object { writer in
                writer.members(of: signatures, setting: server.text) { writer in
                    writer.object { $0.members(of: keys, setting: keyID) { $0.string(signature) } }
                }
            }
        }
    }

    /// The event under another state key; `nil` where there can be no such event.
    func supposing(stateKey: UTF8Text) -> Event? {
        supposing("state_key") { $0.string(stateKey) }
    }

    /// The event with another content; `nil` where there can be no such event.
    func supposing(content: JSONObject) -> Event? {
        supposing("content") { $0.raw(content.value.source) }
    }

    private func supposing(_ key: StaticString, _ write: @escaping (inout JSONWriter) -> Void) -> Event? {
        // Where the id is a hash, another event has another one.
        let named = roomVersion.format.carriesID ? json : json.setting(UTF8Text("event_id"), nil)
        return try? Event(named.setting(key, write).value, roomVersion: roomVersion)
    }
}
