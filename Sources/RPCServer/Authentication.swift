package import JSONRPC

/// Tells who callers are by what they show.
package protocol Authentication: Sendable {
    /// Who shows the token. Throws `unauthenticated` for a token that is unknown or expired, and `overloaded` where too
    /// many attempts from `address` have failed.
    func standing(showing token: String, from address: String) throws(RPCError) -> Standing

    /// Who shows a certificate that a trusted authority issued for one of `names`; `nil` where that is nobody.
    func standing(withCertificateFor names: [String]) -> Standing?
}
