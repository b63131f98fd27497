import ArgumentParser
import FoundationEssentials

/// A command whose options may come from the environment.
protocol EnvironmentConfigurable: ParsableCommand {
    /// The long names of the options that take a value.
    static var valueOptions: [String] { get }
    /// Those of them that may be given several times.
    static var repeatableOptions: [String] { get }
    /// The long names of the flags.
    static var flags: [String] { get }
}

extension EnvironmentConfigurable {
    static var repeatableOptions: [String] { [] }
}

/// The command line's arguments, completed by those `EVENTAUTH_*` variables that they do not override.
struct EnvironmentArguments {
    private let arguments: [String]
    private let environment: [String: String]

    init(
        _ arguments: some Sequence<String>,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        self.arguments = Array(arguments)
        self.environment = environment
    }

    var completed: [String] {
        let path = Self.path(arguments)
        guard let command = path.last as? any EnvironmentConfigurable.Type else { return arguments }
        let options = command.valueOptions.flatMap { option in
            values(of: option, in: command).flatMap { ["--\(option)", $0] }
        }
        let flags = command.flags.filter { isSet($0) }.map { "--\($0)" }
        return arguments.prefix(path.count) + options + flags + arguments.dropFirst(path.count)
    }

    /// The commands that the first of `arguments` name, each within the one before it.
    private static func path(_ arguments: [String]) -> [any ParsableCommand.Type] {
        var path: [any ParsableCommand.Type] = []
        var subcommands = EventauthCommand.configuration.subcommands
        for argument in arguments {
            guard let command = subcommands.first(where: { $0._commandName == argument }) else { break }
            path.append(command)
            subcommands = command.configuration.subcommands
        }
        return path
    }

    private func values(of option: String, in command: any EnvironmentConfigurable.Type) -> [String] {
        guard let value = value(of: option) else { return [] }
        return command.repeatableOptions.contains(option) ? value.split(separator: ",").map(String.init) : [value]
    }

    /// The variable's value, unless the command line has the option.
    private func value(of option: String) -> String? {
        let isGiven = arguments.contains { $0 == "--\(option)" || $0.hasPrefix("--\(option)=") }
        guard !isGiven, let value = environment[Self.variable(option)], !value.isEmpty else { return nil }
        return value
    }

    private func isSet(_ flag: String) -> Bool {
        ["1", "true", "yes"].contains(value(of: flag)?.lowercased())
    }

    private static func variable(_ option: String) -> String {
        "EVENTAUTH_" + option.uppercased().replacing("-", with: "_")
    }
}
