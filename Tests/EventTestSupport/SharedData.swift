package import CanonicalJSON
package import Foundation

/// The folder of test vectors and recorded rooms that lies beside the project. Not every checkout has it.
///
/// `SHARED_FOLDER` names another place for it.
package enum SharedData {
    /// Why tests that need the folder are skipped where it is absent.
    package static let absence = "the folder ../shared is absent; SHARED_FOLDER may name another"

    package static var isPresent: Bool {
        FileManager.default.fileExists(atPath: folder.appending(path: "vectors").path)
    }

    package static let folder: URL =
        if let path = ProcessInfo.processInfo.environment["SHARED_FOLDER"] {
            URL(filePath: path)
        } else {
            // Tests/EventTestSupport/SharedData.swift, three levels below the package, which lies beside the folder.
            URL(filePath: #filePath).appending(path: "../../../../shared").standardized
        }

    /// The objects of a gzipped JSON-lines file, in order.
    package static func objects(in path: String) throws -> [JSONObject] {
        try lines(of: path).map { line in
            guard let object = try JSONDocument(parsing: Array(line)).root.object else {
                throw SharedDataError.notAnObject(path)
            }
            return object
        }
    }

    /// The lines of a gzipped text file, without their ends.
    package static func lines(of path: String) throws -> [ArraySlice<UInt8>] {
        try unzipped(path).split(separator: UInt8(ascii: "\n"))
    }

    private static func unzipped(_ path: String) throws -> [UInt8] {
        let gzip = Process()
        gzip.executableURL = URL(filePath: "/usr/bin/env")
        gzip.arguments = ["gzip", "-dc", folder.appending(path: path).path]
        let output = Pipe()
        gzip.standardOutput = output
        try gzip.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        gzip.waitUntilExit()
        guard gzip.terminationStatus == 0 else { throw SharedDataError.unreadable(path) }
        return Array(bytes)
    }
}

package enum SharedDataError: Error {
    case unreadable(String)
    case notAnObject(String)
}
