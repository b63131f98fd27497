import ArgumentParser
import CanonicalJSON
import JSONRPC
import Logging
import PostgresStore
import RPCServer

struct ConfigCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Print what a server would be configured with, and where each value comes from.",
        discussion: """
            Takes the options of `eventauth serve`, and reads what it would read at its start: the file of --config, \
            EVENTAUTH_* variables, certificates, credentials, and the files of --keys; of --preload it reads the first line, \
            of --decision-log and --traces it looks whether they can be written. It opens no socket and asks no database. \
            Exit status: 0 where nothing is wrong with any of that, 64 where an option is, 1 where a file is, the URL of a \
            database, or an address that others reach without TLS or credentials.

              eventauth config check --config /etc/eventauth.json
            """
    )

    @OptionGroup var server: ServeOptions

    @Flag(help: "Print the configuration as JSON.")
    var json = false

    func run() throws {
        try checkListeners()
        try checkFiles()
        let settings = try Settings()
        let values = try settings.options.filter { $0.name != "json" }.map { option in
            try EffectiveValue(of: option, in: settings)
        }
        if json { printJSON(values) } else { printTable(values) }
    }

    private func checkListeners() throws {
        let configuration = try server.serverConfiguration(
            tls: try server.listening.tls(),
            credentials: try server.listening.credentialFile(.program(.critical))
        )
        try configuration.checkProtection()
    }

    /// Standard input is left to the server.
    private func checkFiles() throws {
        for name in server.preload where name != "-" {
            var file = try InputFile(name)
            _ = try file.readLine()
        }
        for name in server.keys where name != "-" { _ = try KeyFile(name) }
        for path in [server.logging.decisionLog, server.logging.traces].compactMap(\.self) {
            try LineFile.checkWritable(path)
        }
    }

    private func printTable(_ values: [EffectiveValue]) {
        let nameWidth = values.map(\.name.count).max() ?? 0
        let textWidth = values.map(\.text.count).max() ?? 0
        for value in values {
            let columns = [value.name.padded(to: nameWidth), value.text.padded(to: textWidth), value.source]
            print(columns.joined(separator: "  "))
        }
    }

    private func printJSON(_ values: [EffectiveValue]) {
        let table = JSONFragment { writer in
            writer.object { writer in
                for value in values {
                    writer.key(UTF8Text(value.name))
                    writer.object { writer in
                        writer.key("values")
                        writer.array { writer in
                            for text in value.values { writer.string(text) }
                        }
                        writer.key("source")
                        writer.string(value.source)
                    }
                }
            }
        }
        print(String(decoding: table.bytes, as: UTF8.self))
    }
}

/// What an option comes to, and by whom.
private struct EffectiveValue {
    let name: String
    let values: [String]
    let source: String

    init(of option: OptionDescription, in settings: Settings) throws {
        name = option.name
        guard let setting = settings[option.name] else {
            values = option.isFlag ? ["false"] : option.defaultText.map { [$0] } ?? []
            source = "default"
            return
        }
        values = try setting.values.flatMap(option.masked)
        source = setting.source.description
    }

    var text: String { values.isEmpty ? "-" : values.joined(separator: ", ") }
}

extension OptionDescription {
    /// What a value holds, with dots for passwords.
    fileprivate func masked(_ value: String) throws -> [String] {
        guard name.hasPrefix("database") else { return [value] }
        let urls = name == "database-read" ? ReplicaOptions.urls(in: value) : [value]
        return try urls.map { url in
            // libpq takes what follows a space, or stands for a database's name, as it is.
            try PostgresConfiguration.masked(url).replacing(/:\/\/.*:.*@/, with: "://••••@")
        }
    }

    fileprivate var defaultText: String? {
        // ArgumentParser describes no default that is checked by a function of ours.
        name == "listen" ? ListenOptions.defaultAddress.description : defaultValue
    }
}
