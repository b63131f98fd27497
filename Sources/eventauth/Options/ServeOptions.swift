import ArgumentParser
import AuthGraph
import PostgresStore
import RPCServer

/// What `eventauth serve` is told.
struct ServeOptions: ParsableArguments {
    @OptionGroup var file: ConfigOption

    @OptionGroup(title: "Listening")
    var listening: ListenOptions

    @OptionGroup(title: "Limits")
    var limiting: LimitOptions

    @Option(help: "The database, as libpq takes it. Without one, events live in memory.")
    var database: String?

    @OptionGroup
    var layout: LayoutOptions

    @OptionGroup
    var replicas: ReplicaOptions

    @Option(help: "A file of events (see `eventauth help import`) to start with, where there is no database.")
    var preload: [String] = []

    @Option(
        help:
            "A file of servers' keys (see `eventauth help keys import`), where there is no database, or a homeserver's."
    )
    var keys: [String] = []

    @Option(help: "Bytes of events to keep in memory.")
    var cacheBytes = 256 << 20

    @Option(help: "Seconds for which an event's being rejected or not is believed before it is read again.")
    var flagTtl = 5.0

    @Option(help: "Connections to the database for look-ups; there are six more beside these.")
    var connections = 4

    @OptionGroup(title: "Logs")
    var logging: LogOptions

    func validate() throws {
        guard database == nil || preload.isEmpty else {
            throw ValidationError("--preload is for a server without a database; use `eventauth import`")
        }
        guard database == nil || keys.isEmpty || layout.layout.isReadOnly else {
            throw ValidationError("--keys is for a server without a database; use `eventauth keys import`")
        }
        guard database != nil || !layout.layout.isReadOnly else {
            throw ValidationError("--layout \(layout.layout.rawValue) needs --database")
        }
        guard database != nil || replicas.databaseRead.isEmpty else {
            throw ValidationError("--database-read needs --database: replicas are read, and never written")
        }
        guard (1...1000).contains(connections) else { throw ValidationError("--connections is from 1 to 1000") }
        guard cacheBytes >= 0 else { throw ValidationError("--cache-bytes is not negative") }
        guard (0...86_400).contains(flagTtl) else { throw ValidationError("--flag-ttl is from 0 to 86400 seconds") }
    }

    var ofGraph: AuthGraphLimits {
        var limits = AuthGraphLimits()
        limits.cacheByteCount = cacheBytes
        limits.flagLifetime = .seconds(flagTtl)
        limits.queryCount = connections
        limits.savesChainVerdicts = !layout.layout.isReadOnly
        return limits
    }

    /// The server that the options describe, with the certificates and credentials that ``listening`` names, read.
    func serverConfiguration(tls: TLSContext?, credentials: CredentialFile?) throws -> ServerConfiguration {
        var configuration = ServerConfiguration(addresses: listening.listen)
        configuration.socketFile = try listening.socketFile()
        configuration.tls = tls
        configuration.authentication = credentials
        configuration.allowsUnprotected = listening.insecure
        configuration.connections = limiting.ofConnections
        configuration.connectionCount = limiting.maxConnections
        configuration.inboundByteCount = limiting.inboundBytes
        configuration.outboundByteCount = limiting.outboundBytes
        configuration.connectionAge = limiting.connectionAge > 0 ? .seconds(limiting.connectionAge) : nil
        configuration.drainWait = .seconds(limiting.drainWait)
        configuration.drainTimeout = .seconds(limiting.drainTimeout)
        return configuration
    }
}
