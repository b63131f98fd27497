import MatrixEvents

/// Keys that were loaded a short while ago, by server.
struct ServerKeyCache {
    private struct Entry {
        let keys: [ServerKey]
        let loaded: Timestamp
    }

    private let lifetime: Duration
    private let serverLimit: Int
    private var entries: [ServerName: Entry] = [:]

    init(lifetime: Duration, serverLimit: Int) {
        self.lifetime = lifetime
        self.serverLimit = serverLimit
    }

    /// The keys of `servers` that are fresh enough to be believed.
    func keys(of servers: some Sequence<ServerName>, at now: Timestamp) -> [ServerKey] {
        servers.flatMap { server in entries[server].map { isFresh($0, at: now) ? $0.keys : [] } ?? [] }
    }

    /// Remembers that `keys` are all the keys of `servers`.
    mutating func insert(_ keys: [ServerKey], of servers: some Collection<ServerName>, at now: Timestamp) {
        if entries.count + servers.count > serverLimit { entries = entries.filter { isFresh($0.value, at: now) } }
        // Whoever names that many servers within a lifetime gets no faster for it.
        if entries.count + servers.count > serverLimit { entries = [:] }
        let byServer = Dictionary(grouping: keys, by: \.id.server)
        for server in servers.prefix(serverLimit) {
            entries[server] = byServer[server].map { Entry(keys: $0, loaded: now) }
        }
    }

    var serverCount: Int { entries.count }

    /// A clock that is set back makes nothing live longer.
    private func isFresh(_ entry: Entry, at now: Timestamp) -> Bool {
        let age = Duration.milliseconds(now.milliseconds) - .milliseconds(entry.loaded.milliseconds)
        return age >= .zero && age < lifetime
    }
}
