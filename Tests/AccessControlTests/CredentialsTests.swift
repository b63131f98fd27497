import AccessControl
import FoundationEssentials
import JSONRPC
import Testing

/// A file of credentials, and who is known by it.
@Suite struct CredentialsTests {
    private let token = Token()
    private static let hash = String(repeating: "0a", count: 32)

    private func credentials(expires: Date? = nil) throws -> Credentials {
        var credentials = Credentials()
        for (name, proof) in [
            ("other", Credential.Proof.token(sha256: Token().sha256)), ("mine", .token(sha256: token.sha256)),
            ("certified", .certificate(name: "Hs.example")),
        ] {
            try credentials.add(Credential(name: name, roles: [.check], proof: proof, expires: expires))
        }
        return credentials
    }

    @Test func `whoever shows a token is known by its hash`() throws {
        let credential = try credentials().credential(showing: Token(shown: token.text), at: .now)
        #expect(credential?.caller == Caller(name: "mine", roles: [.check]))
    }

    @Test(arguments: ["", "eventauth_", "\0", String(repeating: "x", count: 100_000)])
    func `any other text is nobody's token`(text: String) throws {
        #expect(try credentials().credential(showing: Token(shown: text), at: .now) == nil)
        #expect(try credentials().credential(showing: Token(shown: token.text + text + "x"), at: .now) == nil)
    }

    @Test func `the hash itself opens nothing`() throws {
        let hash = token.sha256.map { String($0, radix: 16) }.joined()
        #expect(try credentials().credential(showing: Token(shown: hash), at: .now) == nil)
    }

    @Test func `a credential is good until it expires`() throws {
        let end = Date(timeIntervalSince1970: 1_000)
        let credentials = try credentials(expires: end)
        #expect(credentials.credential(showing: token, at: end - 1)?.name == "mine")
        #expect(credentials.credential(showing: token, at: end) == nil)
        #expect(credentials.credential(withCertificateFor: ["hs.example"], at: end - 1)?.name == "certified")
        #expect(credentials.credential(withCertificateFor: ["hs.example"], at: end) == nil)
    }

    @Test func `what somebody was known by is looked for again by itself, not by its name`() throws {
        let mine = try #require(try credentials().credential(showing: token, at: .now))
        var later = Credentials()
        try later.add(Credential(name: "mine", roles: [.admin], proof: .token(sha256: Token().sha256)))
        #expect(later.current(mine) == nil)
        let promoted = Credential(name: "promoted", roles: [.write], proof: mine.proof)
        try later.add(promoted)
        #expect(later.current(mine) == promoted)
    }

    @Test(arguments: [[], ["other.example"], ["hs.example.evil"], ["*.example"]])
    func `a certificate for other names is nobody's`(names: [String]) throws {
        #expect(try credentials().credential(withCertificateFor: names, at: .now) == nil)
    }

    @Test func `two tokens are never the same, and hold 256 bits`() {
        let tokens = Set((0..<100).map { _ in Token().text })
        #expect(tokens.count == 100)
        for token in tokens {
            #expect(token.hasPrefix("eventauth_") && token.utf8.count == "eventauth_".utf8.count + 43)
        }
    }

    @Test func `what is written into a file is read from it`() throws {
        let written = try credentials(expires: Date(timeIntervalSince1970: 1_800_000_000))
        let text = written.all.map { String(decoding: $0.line, as: UTF8.self) }.joined(separator: "\n\n# more\r\n")
        #expect(try Credentials(reading: Array(text.utf8)) == written)
        #expect(!text.contains(token.text))
    }

    @Test(arguments: [
        ("nonsense", 1, "not JSON"), ("\n\n[]", 3, "expected an object"),
        (#"{"name":"a","roles":["check"],"token":"x"}"#, 1, #"unknown key "token""#),
        (#"{"roles":["check"],"certificate":"x"}"#, 1, "expected a name without control characters at name"),
        (#"{"name":"a","roles":[],"certificate":"x"}"#, 1, "check, write, moderate, admin at roles"),
        (#"{"name":"a","roles":["check","root"],"certificate":"x"}"#, 1, "at roles"),
        (#"{"name":"a","roles":["check"]}"#, 1, "either token_sha256 or certificate"),
        (#"{"name":"a","roles":["check"],"certificate":""}"#, 1, "expected a DNS name"),
        (#"{"name":"a","roles":["check"],"token_sha256":"0g"}"#, 1, "64 hexadecimal digits"),
        (#"{"name":"a","roles":["check"],"token_sha256":"abc"}"#, 1, "64 hexadecimal digits"),
        (#"{"name":"a\n","roles":["check"],"certificate":"x"}"#, 1, "without control characters"),
        (#"{"name":"a","roles":["check"],"certificate":"x","expires":"2027-02-31T00:00:00Z"}"#, 1, "at expires"),
        (#"{"name":"a","roles":["check"],"certificate":"x","expires":"2027-01-31T00:00:00Z0"}"#, 1, "at expires"),
        (
            #"{"name":"a","roles":["check"],"certificate":"x"}"# + "\n"
                + #"{"name":"b","roles":["check"],"certificate":"x"}"#, 2, #"the credential "a" has the same"#
        ),
        (#"{"name":"a","roles":["check"],"certificate":"x","expires":"soon"}"#, 1, "2027-01-31T00:00:00Z at expires"),
        (
            #"{"name":"a","roles":["check"],"certificate":"x"}"# + "\n"
                + #"{"name":"a","roles":["check"],"certificate":"y"}"#,
            2, #"a credential "a" already"#
        ),
    ])
    func `what is wrong with a file is told, with its line`(text: String, line: Int, problem: String) {
        let error = #expect(throws: CredentialsError.self) { try Credentials(reading: Array(text.utf8)) }
        #expect(error?.line == line)
        #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
    }

    @Test(arguments: Role.allCases)
    func `a role covers itself, and that of administrators everything`(role: Role) {
        for other in Role.allCases {
            #expect(Caller(name: "a", roles: [role]).may(other) == (role == other || role == .admin))
        }
        #expect(!Caller.nobody.may(role))
    }
}
