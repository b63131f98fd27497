import Crypto
import MatrixEvents

/// A secret that a caller shows. It is printed once, when it is made; what is kept is its hash.
package struct Token: Sendable {
    package let text: String

    /// A new token of 256 bits from the system's source of randomness.
    package init() {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        text = "eventauth_" + String(decoding: Base64.encode(bytes, alphabet: .urlSafe), as: UTF8.self)
    }

    /// What a caller shows, be it what it may.
    package init(shown text: String) {
        self.text = text
    }

    package var sha256: [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }
}
