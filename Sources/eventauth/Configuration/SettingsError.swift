/// Something in a file of settings, or in the environment, that sets nothing.
enum SettingsError: Error, CustomStringConvertible {
    case unreadable(InputError)
    case notAnObject(String)
    case unknownKey(String, file: String, nearest: String?)
    case wrongType(String, file: String, expected: String)
    case unknownVariable(String, nearest: String?)
    case notABoolean(String, place: String)

    var description: String {
        switch self {
        case .unreadable(let error): "\(error)"
        case .notAnObject(let file):
            "\(file) must hold a JSON object whose keys are options of `eventauth serve`, as {\"drain-wait\": 5}"
        case .unknownKey(let key, let file, let nearest):
            "\(file): \"\(key)\" is no option of `eventauth serve`\(Self.hint(nearest.map { "\"\($0)\"" }))"
        case .wrongType(let key, let file, let expected): "\(file): \"\(key)\" must be \(expected)"
        case .unknownVariable(let name, let nearest): "the variable \(name) sets no option\(Self.hint(nearest))"
        case .notABoolean(let value, let place): "\(place) must be true or false, not \"\(value)\""
        }
    }

    private static func hint(_ nearest: String?) -> String {
        nearest.map { "; did you mean \($0)?" } ?? ""
    }
}
