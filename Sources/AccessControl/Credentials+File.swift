import CanonicalJSON
package import FoundationEssentials
import JSONRPC
import MatrixEvents

extension Credentials {
    /// Reads a file: a credential a line, as a JSON object. Blank lines are skipped, and those that start with `#`.
    package init(reading text: [UInt8]) throws(CredentialsError) {
        self.init()
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            guard let first = line.first(where: { $0 > UInt8(ascii: " ") }), first != UInt8(ascii: "#") else {
                continue
            }
            do throws(CredentialsError.Problem) {
                try add(try Credential(reading: Array(line)))
            } catch {
                throw CredentialsError(line: index + 1, problem: error)
            }
        }
    }
}

extension Credential {
    private static let keys = ["name", "roles", "token_sha256", "certificate", "expires"]

    fileprivate init(reading line: [UInt8]) throws(CredentialsError.Problem) {
        let root: JSONValue
        do {
            root = try JSONDocument(parsing: line).root
        } catch {
            throw .notJSON(error.description)
        }
        guard let object = root.object else { throw .notAnObject }
        for (key, _) in object where !Self.keys.contains(key.string) { throw .unknownKey(key.string) }
        guard let name = object["name"]?.text?.string, Self.isName(name) else {
            throw .expected("a name without control characters", key: "name")
        }
        self.init(
            name: name,
            roles: try Self.roles(object),
            proof: try Self.proof(object),
            expires: try Self.expiry(object)
        )
    }

    private static func roles(_ object: JSONObject) throws(CredentialsError.Problem) -> Set<Role> {
        let names = object["roles"]?.array?.map { $0.text?.string } ?? []
        let roles = names.compactMap { $0.flatMap(Role.init) }
        guard !roles.isEmpty, roles.count == names.count else {
            throw .expected("one or more of " + Role.allCases.map(\.rawValue).joined(separator: ", "), key: "roles")
        }
        return Set(roles)
    }

    private static func proof(_ object: JSONObject) throws(CredentialsError.Problem) -> Proof {
        switch (object["token_sha256"], object["certificate"]) {
        case (let hash?, nil):
            guard let bytes = hash.text.flatMap({ Hexadecimal.decode($0.bytes) }), bytes.count == 32 else {
                throw .expected("64 hexadecimal digits", key: "token_sha256")
            }
            return .token(sha256: bytes)
        case (nil, let name?):
            guard let name = name.text?.string, !name.isEmpty else { throw .expected("a DNS name", key: "certificate") }
            return .certificate(name: name)
        case (nil, nil), (_?, _?): throw .expected("either token_sha256 or certificate", key: "the credential")
        }
    }

    private static func expiry(_ object: JSONObject) throws(CredentialsError.Problem) -> Date? {
        guard let value = object["expires"], !value.isNull else { return nil }
        guard let text = value.text?.string, let date = time(text) else {
            throw .expected("a time such as 2027-01-31T00:00:00Z", key: "expires")
        }
        return date
    }

    /// A time as `2027-01-31T00:00:00Z`, and in no other form; `nil` for anything else.
    package static func time(_ text: String) -> Date? {
        // The parser takes dates that no calendar has, and does not mind what follows.
        guard let date = try? Date(text, strategy: .iso8601), date.formatted(.iso8601) == text else { return nil }
        return date
    }

    /// Whether a terminal and a log can show `name` as it is.
    package static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }

    /// The line that stands for the credential in a file, without its end.
    package var line: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("name")
            writer.string(name)
            writer.key("roles")
            writer.array { writer in
                for role in caller.roles.map(\.rawValue) { writer.string(role) }
            }
            switch proof {
            case .token(let hash):
                writer.key("token_sha256")
                writer.string(Hexadecimal.encode(hash))
            case .certificate(let name):
                writer.key("certificate")
                writer.string(name)
            }
            if let expires {
                writer.key("expires")
                writer.string(expires.formatted(.iso8601))
            }
        }
        return writer.bytes
    }
}
