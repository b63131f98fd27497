/// Choices that an input's bytes make, one after the other. Behind the last byte everything is the first of its kind, so
/// that short inputs are plain and every input comes to an end.
struct Choices {
    private var bytes: ArraySlice<UInt8>

    init(_ bytes: some Sequence<UInt8>) {
        self.bytes = ArraySlice(bytes)
    }

    /// What is left to choose with.
    var rest: [UInt8] { Array(bytes) }

    mutating func byte() -> UInt8 { bytes.popFirst() ?? 0 }

    mutating func number(below limit: Int) -> Int {
        limit > 256 ? (Int(byte()) << 8 | Int(byte())) % limit : Int(byte()) % limit
    }

    mutating func pick<Value>(_ values: [Value]) -> Value {
        values[number(below: values.count)]
    }

    /// True for one byte in `count`, and never behind the last byte.
    mutating func happens(oneIn count: Int) -> Bool {
        number(below: count) == count - 1
    }
}
