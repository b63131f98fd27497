import ArgumentParser
import Foundation

/// What a run measured: a file of lines `name value`, which every measurement adds its own to.
///
/// Times are in nanoseconds, sizes in bytes, rates by the second.
struct Figures {
    private var values: [String: Double] = [:]

    /// Where a name stands twice, the later line counts.
    init(reading path: String) throws {
        for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 2, let value = Double(words[1]) else {
                throw FigureError.malformed(line: String(line))
            }
            values[String(words[0])] = value
        }
    }

    subscript(name: String) -> Double? { values[name] }

    /// The figures `name.1`, `name.10` and so on, by their last part.
    func series(_ name: String) -> [(x: Double, y: Double)] {
        values.compactMap { key, y in
            guard key.hasPrefix(name + "."), let x = Double(key.dropFirst(name.count + 1)) else { return nil }
            return (x, y)
        }
        .sorted { $0.x < $1.x }
    }
}

/// What is wrong with a file of figures.
enum FigureError: Error, CustomStringConvertible {
    case malformed(line: String)
    case noPlace(file: String)

    var description: String {
        switch self {
        case .malformed(let line): "no figure: \(line)"
        case .noPlace(let file): "\(file) has no place for figures"
        }
    }
}

/// Where a command leaves what it measured, beside printing it.
struct FiguresOption: ParsableArguments {
    @Option(help: "Add a line `name value` to this file for each figure.", completion: .file())
    var figures: String?

    func record(_ name: String, _ value: Double) throws {
        guard let figures else { return }
        if !FileManager.default.fileExists(atPath: figures) {
            _ = FileManager.default.createFile(atPath: figures, contents: nil)
        }
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: figures))
        try file.seekToEnd()
        try file.write(contentsOf: Data("\(name) \(value)\n".utf8))
        try file.close()
    }

    func record(_ name: String, _ duration: Duration) throws {
        try record(name, duration / .nanoseconds(1))
    }
}
