/// What objects and arrays take of the heap, for budgets in bytes. As glibc's `malloc` hands it out: eight bytes of its own
/// with every piece, in multiples of sixteen.
package enum HeapSize {
    /// An object whose stored properties take `size` bytes.
    package static func ofObject(holding size: Int) -> Int {
        piece(objectHeader + size)
    }

    /// The storage of an array.
    package static func ofArray<Element>(of type: Element.Type, count: Int) -> Int {
        count == 0 ? 0 : piece(arrayHeader + count * MemoryLayout<Element>.stride)
    }

    private static let objectHeader = 16
    private static let arrayHeader = 32

    private static func piece(_ size: Int) -> Int {
        max(32, (size + 8 + 15) / 16 * 16)
    }
}
