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
            EVENTAUTH_* variables, certificates and credentials. It opens no socket and asks no database. Exit status: 0 \
            where a server could start with it, 64 where an option is wrong, 1 where a file is.

              eventauth config check --config /etc/eventauth.json
            """
    )

    @OptionGroup var server: ServeOptions

    @Flag(help: "Print the configuration as JSON.")
    var json = false

    func run() throws {
        _ = try server.listening.tls()
        _ = try server.listening.credentialFile(.program(.critical))
        let settings = try Settings()
        let values = try settings.options.filter { $0.name != "json" }.map { option in
            try EffectiveValue(of: option, in: settings)
        }
        if json { printJSON(values) } else { printTable(values) }
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
