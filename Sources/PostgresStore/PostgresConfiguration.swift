/// How to reach PostgreSQL, and how long to wait for it.
package struct PostgresConfiguration: Sendable {
    /// A libpq connection URL or keyword string. What it sets wins over what is set here. May hold a password: never log it.
    package var url: String
    /// Whose tables the events are in.
    package var layout = DatabaseLayout.native
    /// Schemas of a homeserver's tables that the operator vouches for: a number of Synapse's, names of Dendrite's migrations.
    package var allowedSchemas: [String] = []
    /// How many connections the pool for look-ups holds, each with a thread of its own.
    package var connectionCount = 4
    /// How many connections there are beside those for streams, which hold one for long.
    package var streamConnectionCount = 2
    /// How many connections there are beside those for writers, which may wait for each other's locks.
    package var writeConnectionCount = 2
    /// Standbys of the database that are asked for events by their ids; see ``ReadReplicas``.
    package var replicaURLs: [String] = []
    /// How long one attempt to connect may take. libpq counts whole seconds, and no fewer than two.
    package var connectTimeout: Duration = .seconds(3)
    /// The same in all, however many hosts the URL names, where ``connectTimeout`` is too long.
    package var connectLimit: Duration?
    /// How long the server lets one statement run; nil for as long as it takes.
    package var statementTimeout: Duration? = .seconds(5)
    /// How much longer than the server's own limit an answer may take, before the connection counts as lost.
    package var answerGrace: Duration = .seconds(2)
    /// How long the server may take to look up events by their ids, for which somebody waits.
    package var loadTimeout: Duration = .seconds(2)
    /// How long a stream of events may take, the time of whoever receives them included.
    package var streamTimeout: Duration = .seconds(60)
    /// How long a replica may take to look up events, so that there is time left to ask another, and the database.
    package var replicaTimeout: Duration = .milliseconds(400)
    /// How long the server may take to answer a probe.
    package var probeTimeout: Duration = .seconds(1)
    /// How long a caller waits for a connection to come free.
    package var waitLimit: Duration = .seconds(5)
    /// How many callers may wait for a connection.
    package var waiterLimit = 1024
    /// The pauses between attempts to connect.
    package var backOff = BackOff(first: .milliseconds(100), longest: .seconds(5))

    package init(url: String) {
        self.url = url
    }

    /// libpq's keywords, in an order in which the URL, coming last, overrides the others.
    var libpqKeywords: [(keyword: String, value: String)] {
        [
            ("application_name", "eventauth"),
            ("client_encoding", "UTF8"),
            ("connect_timeout", String(max(2, connectTimeout.components.seconds))),
            // A peer that vanished without a word is noticed within 5 + 3 × 3 seconds.
            ("keepalives", "1"),
            ("keepalives_idle", "5"),
            ("keepalives_interval", "3"),
            ("keepalives_count", "3"),
            ("tcp_user_timeout", "15000"),
            ("dbname", url),
        ]
    }
}
