import ArgumentParser
import CanonicalJSON

/// A command of the program as its help describes it.
struct CommandDescription {
    let name: String
    let options: [OptionDescription]
    let subcommands: [CommandDescription]

    /// The program's own command, the others within it.
    static let ofProgram: CommandDescription = {
        // ArgumentParser tells no other way which options a command has: this is what `--experimental-dump-help` prints.
        guard
            let help = try? JSONDocument(parsing: EventauthCommand._dumpHelp()).root.object,
            let command = help["command"]?.object
        else { preconditionFailure("Cannot read ArgumentParser's description of the program") }
        return CommandDescription(command)
    }()

    private init(_ object: JSONObject) {
        name = object.string("commandName")
        options = object.objects("arguments").compactMap(OptionDescription.init)
        subcommands = object.objects("subcommands").map(CommandDescription.init)
    }

    /// The command that the first of `arguments` name, and how many of them do.
    func command(named arguments: some Sequence<String>) -> (command: CommandDescription, depth: Int) {
        var found = (command: self, depth: 0)
        for argument in arguments {
            guard let next = found.command.subcommands.first(where: { $0.name == argument }) else { break }
            found = (next, found.depth + 1)
        }
        return found
    }

    /// The options of the command and of all within it.
    var allOptions: [OptionDescription] {
        options + subcommands.flatMap(\.allOptions)
    }
}

/// An option or flag of a command.
struct OptionDescription {
    /// The long name, without its dashes.
    let name: String
    let isFlag: Bool
    /// Whether it may be given several times.
    let isRepeating: Bool
    let defaultValue: String?

    /// `nil` for positional arguments, and for what asks the program about itself.
    fileprivate init?(_ object: JSONObject) {
        let kind = object.string("kind")
        let names = object.objects("names").filter { $0.string("kind") == "long" }
        guard ["option", "flag"].contains(kind), let name = names.first?.string("name") else { return nil }
        guard !["help", "version"].contains(name) else { return nil }
        self.name = name
        isFlag = kind == "flag"
        isRepeating = object["isRepeating"]?.bool ?? false
        defaultValue = object["defaultValue"]?.text?.string
    }
}

extension JSONObject {
    fileprivate func objects(_ key: StaticString) -> [JSONObject] {
        self[key]?.array?.compactMap(\.object) ?? []
    }
}
