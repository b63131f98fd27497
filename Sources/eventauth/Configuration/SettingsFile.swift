import CanonicalJSON

/// A file of settings: a JSON object whose keys are the options of `eventauth serve`.
struct SettingsFile {
    let path: String
    private let values: [String: [String]]

    /// Throws for a key that is no option, and for a value that is none for its option.
    init(_ path: String, options: [OptionDescription]) throws(SettingsError) {
        self.path = path
        let options = options.filter { $0.name != Settings.fileOption }
        var values: [String: [String]] = [:]
        for (key, value) in try Self.object(in: path) {
            guard let option = options.first(where: { key.string == $0.name }) else {
                throw .unknownKey(key.string, file: path, nearest: key.string.nearest(among: options.map(\.name)))
            }
            if value.isNull { continue }
            values[option.name] = try option.values(of: value, in: path)
        }
        self.values = values
    }

    subscript(name: String) -> [String]? { values[name] }

    private static func object(in path: String) throws(SettingsError) -> JSONObject {
        let bytes: [UInt8]
        do throws(InputError) {
            var file = try InputFile(path)
            bytes = try file.readAll()
        } catch {
            throw .unreadable(error)
        }
        let root: JSONValue
        do throws(JSONSyntaxError) {
            root = try JSONDocument(parsing: bytes).root
        } catch {
            throw .unreadable(.notJSON(path, line: nil, explanation: error.description))
        }
        guard let object = root.object else { throw .notAnObject(path) }
        return object
    }
}

extension OptionDescription {
    /// The option's values as a command line would spell them.
    fileprivate func values(of value: JSONValue, in path: String) throws(SettingsError) -> [String] {
        if isFlag {
            guard let bool = value.bool else { throw .wrongType(name, file: path, expected: "true or false") }
            return [bool ? "true" : "false"]
        }
        if isRepeating, let array = value.array {
            let texts = array.map(\.spelling)
            guard texts.allSatisfy({ $0 != nil }) else {
                throw .wrongType(name, file: path, expected: "an array of strings and numbers")
            }
            return texts.compactMap { $0 }
        }
        guard let text = value.spelling else {
            let expected = isRepeating ? "a string, a number, or an array of those" : "a string or a number"
            throw .wrongType(name, file: path, expected: expected)
        }
        return [text]
    }
}

extension JSONValue {
    /// A string or number as a command line would spell it.
    fileprivate var spelling: String? {
        text?.string ?? (number == nil ? nil : String(decoding: source, as: UTF8.self))
    }
}
