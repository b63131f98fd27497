import CanonicalJSON
import FoundationEssentials
import JSONRPC
import Logging

/// Writes what is logged as a JSON object a line: `time`, `level` and `message`, then whatever belongs to the message under
/// keys of its own.
struct JSONLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel = Logger.Level.info
    /// Writes a line, its end included.
    private let write: @Sendable (String) -> Void

    init(
        metadataProvider: Logger.MetadataProvider? = nil,
        write: @escaping @Sendable (String) -> Void
    ) {
        self.metadataProvider = metadataProvider
        self.write = write
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata
        for more in [metadataProvider?.get(), event.metadata] { all.merge(more ?? [:]) { _, new in new } }
        if let error = event.error { all["error"] = "\(error)" }
        let line = JSONFragment { writer in
            writer.object { writer in
                writer.key("time")
                writer.string(Date.now.formatted(Self.timeStyle))
                writer.key("level")
                writer.string(event.level.rawValue)
                writer.key("message")
                writer.string(event.message.description)
                for (key, value) in all.sorted(by: { $0.key < $1.key }) {
                    // A key that is taken gets a line under it rather than stand twice in the object.
                    writer.key(UTF8Text(["time", "level", "message"].contains(key) ? key + "_" : key))
                    writer.value(value)
                }
            }
        }
        write(String(decoding: line.bytes, as: UTF8.self) + "\n")
    }

    private static let timeStyle = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
}

extension JSONWriter {
    fileprivate mutating func value(_ value: Logger.Metadata.Value) {
        switch value {
        case .string(let text): string(text)
        case .stringConvertible(let value): string(value.description)
        case .array(let values):
            array { writer in
                for value in values { writer.value(value) }
            }
        case .dictionary(let members):
            object { writer in
                for (key, value) in members.sorted(by: { $0.key < $1.key }) {
                    writer.key(UTF8Text(key))
                    writer.value(value)
                }
            }
        }
    }
}
