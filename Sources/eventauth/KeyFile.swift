import AuthorizationService
import CanonicalJSON
import MatrixEvents

/// The servers' keys in a file.
struct KeyFile {
    let keys: [ServerKey]

    init(_ name: String) throws(InputError) {
        var file = try InputFile(name)
        let bytes = try file.readAll()
        let root: JSONValue
        do throws(JSONSyntaxError) {
            root = try JSONDocument(parsing: bytes).root
        } catch {
            throw .notJSON(file.name, line: nil, explanation: error.description)
        }
        do throws(PublishedKeysError) {
            keys = try PublishedKeys(root).keys
        } catch {
            throw .notKeys(file.name, error)
        }
    }
}
