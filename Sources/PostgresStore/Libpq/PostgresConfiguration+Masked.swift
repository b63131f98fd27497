import CLibpq

extension PostgresConfiguration {
    /// What libpq reads in `url`, as keywords and values, with dots for passwords: for people, and for logs.
    ///
    /// - Throws: `invalidURL` where libpq cannot read it.
    package static func masked(_ url: String) throws(PostgresError) -> String {
        // A lone name is the database's.
        guard url.contains("=") || url.contains("://") else { return "dbname=\(url)" }
        var message: UnsafeMutablePointer<CChar>?
        defer { PQfreemem(message) }
        guard let options = PQconninfoParse(url, &message) else { throw .invalidURL }
        defer { PQconninfoFree(options) }
        var pairs: [String] = []
        var next = options
        // The last has no keyword.
        while let keyword = next.pointee.keyword {
            defer { next += 1 }
            guard let value = next.pointee.val else { continue }
            // `*` is how libpq says that what is typed here should not be seen.
            let isSecret = next.pointee.dispchar.map { String(cString: $0) == "*" } ?? false
            pairs.append("\(String(cString: keyword))=\(isSecret ? "••••" : String(cString: value))")
        }
        return pairs.joined(separator: " ")
    }
}
