import ArgumentParser
import CanonicalJSON
import JSONRPC

/// The service's answer to one check, for people and for programs.
enum Answer {
    case decision(JSONObject)
    case noDecision(JSONObject)

    /// - Parameter reply: a JSON-RPC reply.
    init(reply: [UInt8]) {
        guard let object = try? JSONDocument(parsing: reply).root.object else {
            preconditionFailure("A reply is a JSON object")
        }
        if let result = object["result"]?.object {
            self = .decision(result)
        } else if let error = object["error"]?.object {
            self = .noDecision(error)
        } else {
            preconditionFailure("A reply has a result or an error")
        }
    }

    /// Prints the answer as JSON.
    func printJSON() {
        switch self {
        case .decision(let object), .noDecision(let object):
            print(String(decoding: object.value.source, as: UTF8.self))
        }
    }

    /// Prints `error`, the reason why there is no decision.
    static func printError(_ error: JSONObject) {
        eventauth.printError("no decision: \(error.string("message"))")
        for id in error["data"]?.object?.strings("missing") ?? [] { eventauth.printError("  missing \(id)") }
    }

    /// 0 allow, 1 deny, 2 no decision.
    var exitCode: ExitCode {
        switch self {
        case .decision(let result): result.string("verdict") == "allow" ? .success : ExitCode(1)
        case .noDecision: ExitCode(2)
        }
    }
}

extension JSONObject {
    /// The string under `key` as it can be shown, or `-`.
    func string(_ key: StaticString) -> String {
        self[key]?.text?.string.shown ?? "-"
    }

    /// The strings of the array under `key`, as they can be shown.
    func strings(_ key: StaticString) -> [String] {
        self[key]?.array?.compactMap { $0.text?.string.shown } ?? []
    }

    /// `room version 11, rule 4.3.7`
    var specification: String {
        let spec = self["spec"]?.object
        let version = spec?.string("version") ?? "-"
        let name = version == "draft-2014" ? "the draft of 2014" : "room version \(version)"
        guard let number = spec?["number"]?.text?.string else { return name }
        return "\(name), rule \(number)"
    }
}
