import ArgumentParser

/// Standbys of the database to read from.
struct ReplicaOptions: ParsableArguments {
    @Option(
        help: """
            A standby of the database, to be asked for events by id. May be given several times; several URLs may also \
            have spaces between.
            """
    )
    var databaseRead: [String] = []

    /// One a replica.
    var urls: [String] { databaseRead.flatMap(Self.urls) }

    /// The replicas in one value. One that begins as a URL does holds URLs, which have no spaces and may have commas; any
    /// other is one keyword string, whose words have spaces between.
    static func urls(in value: String) -> [String] {
        let words = value.split(whereSeparator: \.isWhitespace).map(String.init)
        return words.first?.hasPrefix("postgres") == true && words.first?.contains("://") == true ? words : [value]
    }
}
