import CanonicalJSON

extension JSONWriter {
    /// A member whose value is a string.
    mutating func member(_ key: StaticString, _ value: String) {
        self.key(key)
        string(value)
    }

    /// A member whose value is an array of strings.
    mutating func member(_ key: StaticString, _ values: [String]) {
        self.key(key)
        strings(values)
    }

    /// An array of strings.
    mutating func strings(_ values: [String]) {
        array { writer in
            for value in values { writer.string(value) }
        }
    }

    /// A string that is known to the compiler.
    mutating func string(_ literal: StaticString) {
        string(literal.description)
    }
}
