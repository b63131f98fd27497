import CanonicalJSON

/// What is read is written canonically and read again as the same; what is refused, Foundation refuses too.
func checkJSON(_ input: [UInt8]) throws {
    let document: JSONDocument
    do {
        document = try JSONDocument(parsing: input)
    } catch {
        try hold("the error lies within the text", 0...input.count ~= error.offset)
        return try FoundationVerdict(input).checkRefusal(error)
    }
    let root = document.root
    try checkCanonicalForm(root, length: input.count)
    try checkNumbers(root)
    // Every part is read again, which takes long where much is nested deep.
    if input.count <= 200 { try checkSources(root) }
    try FoundationVerdict(input).checkReading(root)
}

private func checkCanonicalForm(_ root: JSONValue, length: Int) throws {
    let canonical = root.canonicalBytes()
    try hold("canonical JSON is no longer than its source", canonical.count <= length)
    let again = try JSONDocument(parsing: canonical).root
    try hold("canonical JSON reads as the same value", isSame(root, again))
    try hold("canonical JSON is written as itself", again.canonicalBytes() == canonical)
    let normalized = try JSONDocument(parsing: root.canonicalBytes(numbers: .normalized)).root
    try hold(
        "normalized numbers stay as they are",
        normalized.canonicalBytes(numbers: .normalized) == Array(normalized.source)
    )
}

private func checkNumbers(_ root: JSONValue) throws {
    let isCanonical = allValues(in: root).allSatisfy { value in
        guard let number = value.number else { return true }
        _ = (number.int64, number.double)
        return number.canonicalInteger != nil && !number.isNegativeZero
    }
    try hold("a number that is not canonical is found", isCanonical == (root.firstNonCanonicalNumber == nil))
}

private func checkSources(_ root: JSONValue) throws {
    for value in allValues(in: root) {
        let alone = try JSONDocument(parsing: Array(value.source)).root
        try hold("a value's source reads as that value", isSame(value, alone))
        guard let object = value.object else { continue }
        try hold("a detached object is the same", isSame(value, object.detached().value))
    }
}

/// `value` and everything in it.
func allValues(in value: JSONValue) -> [JSONValue] {
    var values = [value]
    var next = 0
    while next < values.count {
        if let array = values[next].array { values += array }
        if let object = values[next].object { values += object.map(\.value) }
        next += 1
    }
    return values
}

/// Whether both say the same, whatever the order of keys; `-0` is `0`.
private func isSame(_ left: JSONValue, _ right: JSONValue) -> Bool {
    guard left.kind == right.kind, left.bool == right.bool, left.text == right.text else { return false }
    if let first = left.number, let second = right.number {
        return first.text == second.text || (first.isNegativeZero && second.text == "0")
    }
    if let first = left.array, let second = right.array {
        return first.count == second.count && zip(first, second).allSatisfy { isSame($0, $1) }
    }
    if let first = left.object, let second = right.object {
        var differences = 0
        second.forEachDifference(from: first) { _, left, right in
            guard let left, let right, isSame(left, right) else {
                differences += 1
                return
            }
        }
        return differences == 0 && first.map(\.key).count == second.map(\.key).count
            && first.allSatisfy { key, value in second[key].map { isSame(value, $0) } ?? false }
    }
    return true
}
