import AuthorizationService
import CanonicalJSON

/// What an import did.
struct ImportReport {
    struct Refusal {
        /// A file's line, or an event's id.
        let place: String
        let reason: String
    }

    let summary: EventImport.Summary
    let refused: [Refusal]

    func printText() {
        print("stored \(summary.stored.grouped) new events; \(summary.known.grouped) were stored before")
        print("their auth events deny \(summary.denied.grouped) of the new ones")
        if !summary.disagreements.isEmpty {
            print("\(summary.disagreements.count.grouped) differ from what their file says of their being rejected:")
            for difference in summary.disagreements {
                print("  " + "\(difference.event): \(difference.rule) here".shown)
            }
        }
        guard !refused.isEmpty else { return }
        print("\(refused.count.grouped) were refused:")
        for refusal in refused { print("  " + "\(refusal.place): \(refusal.reason)".shown) }
    }

    func printJSON() {
        var writer = JSONWriter()
        writer.object { writer in
            for (key, count) in [
                ("stored" as StaticString, summary.stored), ("known", summary.known), ("denied", summary.denied),
            ] {
                writer.key(key)
                writer.integer(count)
            }
            writer.key("disagreements")
            writer.array { writer in
                for difference in summary.disagreements {
                    writer.pair("event_id", difference.event, "rule", difference.rule)
                }
            }
            writer.key("refused")
            writer.array { writer in
                for refusal in refused { writer.pair("place", refusal.place, "reason", refusal.reason) }
            }
        }
        print(String(decoding: writer.bytes, as: UTF8.self))
    }
}

extension JSONWriter {
    fileprivate mutating func pair(_ key: StaticString, _ value: String, _ other: StaticString, _ otherValue: String) {
        object { writer in
            writer.key(key)
            writer.string(value)
            writer.key(other)
            writer.string(otherValue)
        }
    }
}
