import ArgumentParser

/// The file that options may stand in; `Settings` reads it before the command line is parsed.
struct ConfigOption: ParsableArguments {
    @Option(help: "A JSON file of the options of `eventauth serve`, as {\"drain-wait\": 5}.")
    var config: String?
}
