import Foundation
import Testing

/// A file in `docker/` that starts the program somewhere.
struct DeploymentFile: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String

    static let names = ["Dockerfile", "compose.yaml", "kubernetes.yaml", "eventauth.service"]

    init(_ name: String) throws {
        self.name = name
        text = try String(contentsOf: projectFolder.appending(path: "docker/\(name)"), encoding: .utf8)
    }

    var testDescription: String { name }

    /// The options of the program that the file names, on command lines or as variables, in the spelling of command lines.
    var options: Set<String> {
        let variables = text.matches(of: /EVENTAUTH_([A-Z_]+)/).map(\.output.1)
        let flags = text.split(separator: "\n").filter { $0.contains("/eventauth serve ") }
            .flatMap { $0.matches(of: /--([a-z-]+)/).map(\.output.1) }
        return Set(flags.map(String.init) + variables.map { $0.lowercased().replacing("_", with: "-") })
    }

    /// The documents of a YAML file.
    func documents() async throws -> [[String: Any]] {
        let folder = try TemporaryFolder()
        let script = "import json, sys, yaml; json.dump(list(yaml.safe_load_all(open(sys.argv[1]))), sys.stdout)"
        let path = projectFolder.appending(path: "docker/\(name)").path()
        let json = try await run("/usr/bin/python3", "-c", script, path, in: folder)
        let documents = try JSONSerialization.jsonObject(with: Data(json.utf8))
        return try #require(documents as? [[String: Any]])
    }
}

/// Goes down into what was read from YAML: by keys of mappings and places in lists.
func value<Value>(_ path: String, in document: [String: Any], as type: Value.Type = Value.self) throws -> Value {
    var value: Any? = document
    for step in path.split(separator: ".") {
        value = Int(step).map { (value as? [Any])?[$0] } ?? (value as? [String: Any])?[String(step)]
    }
    return try #require(value as? Value, "\(path) is not there")
}
