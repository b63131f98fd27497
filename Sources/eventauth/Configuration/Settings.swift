import Configuration
import FoundationEssentials

/// Where the options of the command that is run get their values from: the command line, then `EVENTAUTH_*` variables, then
/// the file that `--config` names.
struct Settings {
    /// What an option is set to.
    struct Setting: Equatable {
        let values: [String]
        let source: Source
    }

    /// Who says what an option is set to.
    enum Source: Equatable {
        case commandLine
        case variable(String)
        case file(String)
    }

    static let fileOption = "config"

    private let arguments: [String]
    private let command: CommandDescription
    /// How many of the arguments name the command.
    private let depth: Int
    private let settings: [String: Setting]

    /// - Parameter arguments: the command line without the program's name.
    init(
        _ arguments: [String] = Array(CommandLine.arguments.dropFirst()),
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(SettingsError) {
        self.arguments = arguments
        let program = CommandDescription.ofProgram
        (command, depth) = program.command(named: arguments)
        guard depth > 0, !Self.areAQuestion(arguments) else {
            settings = [:]
            return
        }
        let variables = environment.filter { $0.key.hasPrefix(Self.variablePrefix) && !$0.value.isEmpty }
        try Self.check(variables, against: program.allOptions)
        let options = command.options
        let given = GivenOptions(arguments.dropFirst(depth), of: options)
        let layers = Layers(given, variables, options)
        var file: SettingsFile?
        if let option = options.first(where: { $0.name == Self.fileOption }), let path = layers.setting(of: option) {
            file = try SettingsFile(path.values.last ?? "", options: program.command(named: ["serve"]).command.options)
        }
        settings = try layers.adding(file, options).settings(of: options)
    }

    /// What `option` is set to; `nil` where nothing sets it.
    subscript(option: String) -> Setting? { settings[option] }

    /// The options of the command, in the order of its help.
    var options: [OptionDescription] { command.options }

    /// The command line, completed by what is set elsewhere.
    var completedArguments: [String] {
        let added = command.options.flatMap { option -> [String] in
            guard let setting = settings[option.name], setting.source != .commandLine else { return [] }
            if option.isFlag { return setting.values == ["true"] ? ["--\(option.name)"] : [] }
            return setting.values.map { "--\(option.name)=\($0)" }
        }
        return arguments.prefix(depth) + added + arguments.dropFirst(depth)
    }

    /// Where the options that `message` speaks of are set, if not on the command line: a line each.
    func places(of message: String) -> [String] {
        let words = Set(message.split { !($0.isLetter || $0.isNumber || $0 == "-") }.map(String.init))
        return command.options.compactMap { option in
            guard words.contains("--\(option.name)"), let source = settings[option.name]?.source else { return nil }
            return source == .commandLine ? nil : "--\(option.name) is set by \(source)"
        }
    }
}

extension Settings.Source: CustomStringConvertible {
    var description: String {
        switch self {
        case .commandLine: "command line"
        case .variable(let name): name
        case .file(let path): path
        }
    }
}

extension Settings {
    private static let variablePrefix = "EVENTAUTH_"

    /// Whether the program is asked about itself, which no setting is to keep it from answering.
    private static func areAQuestion(_ arguments: [String]) -> Bool {
        arguments.first == "help" || arguments.contains { ["--help", "-h", "--version"].contains($0) }
    }

    private static func check(
        _ variables: [String: String],
        against options: [OptionDescription]
    ) throws(SettingsError) {
        let names = options.map { variable(of: $0.name) }
        for (variable, value) in variables.sorted(by: { $0.key < $1.key })
        where !names.contains(variable) && !isOfKubernetes(variable, value) {
            throw .unknownVariable(variable, nearest: variable.nearest(among: names))
        }
    }

    private static func variable(of option: String) -> String {
        variablePrefix + option.uppercased().replacing("-", with: "_")
    }

    /// Kubernetes tells each pod of services by variables (service links): of services that are called `eventauth`, or have
    /// a name that begins with `eventauth-`, by variables that begin as ours do.
    private static func isOfKubernetes(_ variable: String, _ value: String) -> Bool {
        if variable.hasSuffix("_PORT"), ["tcp://", "udp://", "sctp://"].contains(where: value.hasPrefix) {
            return true
        }
        return variable.wholeMatch(of: /EVENTAUTH(_\w+)?_SERVICE_(HOST|PORT(_\w+)?)/) != nil
            || variable.wholeMatch(of: /EVENTAUTH(_\w+)?_PORT_[0-9]+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?/) != nil
    }
}

/// The sources of settings, the one that wins first.
private struct Layers {
    private typealias Layer = (
        provider: (OptionDescription) -> any ConfigProvider, source: (String) -> Settings.Source
    )
    private var layers: [Layer]

    init(_ given: GivenOptions, _ variables: [String: String], _ options: [OptionDescription]) {
        let given = InMemoryProvider(options) { given[$0.name] }
        let lists = EnvironmentVariablesProvider(environmentVariables: variables)
        // No variable holds a zero.
        let wholes = EnvironmentVariablesProvider(environmentVariables: variables, arraySeparator: "\0")
        layers = [
            ({ _ in given }, { _ in .commandLine }), ({ $0.mayHoldCommas ? wholes : lists }, { .variable($0) }),
        ]
    }

    func adding(_ file: SettingsFile?, _ options: [OptionDescription]) -> Layers {
        guard let file else { return self }
        var all = self
        let provider = InMemoryProvider(options) { file[$0.name] }
        all.layers.append(({ _ in provider }, { _ in .file(file.path) }))
        return all
    }

    func settings(of options: [OptionDescription]) throws(SettingsError) -> [String: Settings.Setting] {
        var settings: [String: Settings.Setting] = [:]
        for option in options {
            guard let setting = setting(of: option) else { continue }
            settings[option.name] = try option.isFlag ? setting.asFlag() : setting
        }
        return settings
    }

    func setting(of option: OptionDescription) -> Settings.Setting? {
        let type: ConfigType = option.isRepeating ? .stringArray : .string
        for (provider, source) in layers {
            // Texts are taken as they are, so that there is no value of another type.
            guard let found = try? provider(option).value(forKey: option.key, type: type), let value = found.value
            else {
                continue
            }
            switch value.content {
            case .string(let text): return Settings.Setting(values: [text], source: source(found.encodedKey))
            case .stringArray(let texts): return Settings.Setting(values: texts, source: source(found.encodedKey))
            default: preconditionFailure("A text is no \(value.content)")
            }
        }
        return nil
    }
}

extension Settings.Setting {
    /// The same, its value spelt `true` or `false`.
    fileprivate func asFlag() throws(SettingsError) -> Settings.Setting {
        let value = values.last ?? ""
        switch value.lowercased() {
        case "true", "yes", "1": return Settings.Setting(values: ["true"], source: source)
        case "false", "no", "0": return Settings.Setting(values: ["false"], source: source)
        default: throw .notABoolean(value, place: source.description)
        }
    }
}

extension InMemoryProvider {
    /// A provider of what `values` has for each option.
    fileprivate init(_ options: [OptionDescription], _ values: (OptionDescription) -> [String]?) {
        let content = options.compactMap { option -> (AbsoluteConfigKey, ConfigValue)? in
            guard let texts = values(option) else { return nil }
            let content: ConfigContent = option.isRepeating ? .stringArray(texts) : .string(texts.last ?? "")
            return (option.key, ConfigValue(content, isSecret: false))
        }
        self.init(values: Dictionary(content) { first, _ in first })
    }
}

extension OptionDescription {
    /// The option's key, which is `EVENTAUTH_` and its name where variables are read.
    fileprivate var key: AbsoluteConfigKey { AbsoluteConfigKey(["eventauth", name]) }

    /// Whether commas belong to a value, as they do to URLs of databases: such an option parts its values itself.
    fileprivate var mayHoldCommas: Bool { name == "database-read" }
}
