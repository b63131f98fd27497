/// The options that a command line has, as it spells their values.
struct GivenOptions {
    private var values: [String: [String]] = [:]

    /// - Parameter options: those that the command takes. What is none of them is left to ArgumentParser, which says so.
    init(_ arguments: some Sequence<String>, of options: [OptionDescription]) {
        let described = Dictionary(options.map { ("--" + $0.name, $0) }) { first, _ in first }
        var rest = arguments.makeIterator()
        while let argument = rest.next(), argument != "--" {
            let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = parts.first, let option = described[String(name)] else { continue }
            if option.isFlag {
                values[option.name] = ["true"]
            } else if let value = parts.count > 1 ? String(parts[1]) : rest.next() {
                values[option.name, default: []].append(value)
            }
        }
    }

    /// What is given for the option `name`; `nil` where the command line does not have it.
    subscript(name: String) -> [String]? { values[name] }
}
