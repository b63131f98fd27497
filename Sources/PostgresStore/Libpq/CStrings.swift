/// Calls `body` with pointers to the strings, in order, and a null pointer after the last.
func withCStrings<Result>(
    _ strings: [String],
    _ body: ([UnsafePointer<CChar>?]) -> Result
) -> Result {
    var starts: [Int] = []
    var characters: [CChar] = []
    for string in strings {
        starts.append(characters.count)
        characters.append(contentsOf: string.utf8CString)
    }
    return characters.withUnsafeBufferPointer { buffer in
        body(starts.map { buffer.baseAddress?.advanced(by: $0) } + [nil])
    }
}
