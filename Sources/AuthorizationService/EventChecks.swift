import CanonicalJSON
import JSONRPC

/// The checks that a request may ask for beside the rules.
struct EventChecks: OptionSet {
    let rawValue: UInt8

    static let format = EventChecks(rawValue: 1 << 0)
    static let signatures = EventChecks(rawValue: 1 << 1)
    static let hash = EventChecks(rawValue: 1 << 2)
    static let policy = EventChecks(rawValue: 1 << 3)
    static let chain = EventChecks(rawValue: 1 << 4)

    private static let all: [(name: StaticString, check: EventChecks)] = [
        ("format", .format), ("signatures", .signatures), ("hash", .hash), ("policy", .policy), ("chain", .chain),
    ]

    /// As requests spell them.
    var names: [StaticString] {
        Self.all.filter { contains($0.check) }.map(\.name)
    }
}

extension Params {
    /// The checks that the request asks for: where it says nothing, the format.
    var checks: EventChecks {
        guard let names = optionalArray("checks") else { return .format }
        return names.reduce(into: []) { checks, name in
            if let check = name.text.flatMap(EventChecks.init(name:)) { checks.insert(check) }
        }
    }
}

extension EventChecks {
    fileprivate init?(name: UTF8Text) {
        guard let known = Self.all.first(where: { name == $0.name }) else { return nil }
        self = known.check
    }
}
