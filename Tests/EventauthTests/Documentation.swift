import Foundation

/// The lines of tables in a file of the project whose first cell is code.
func rowsOfTables(in path: String) throws -> [String] {
    // Tests/EventauthTests/Documentation.swift, two levels below the package.
    let root = URL(filePath: #filePath).appending(path: "../../..").standardized
    let page = try String(contentsOf: root.appending(path: path), encoding: .utf8)
    return page.split(separator: "\n").filter { $0.hasPrefix("| `") }.map(String.init)
}
