extension JSONReader {
    /// Refuses a key that stands twice; marks an object whose keys are in order.
    mutating func checkKeys(ofObjectAt index: Int, _ source: Span<UInt8>) throws(JSONSyntaxError) {
        let end = tape.count
        var previous = index &+ 1
        var next = previous < end ? indexAfterMember(previous) : end
        var isFlat = next <= previous &+ 2
        while next < end {
            guard compareKeys(previous, next, source) == .ascending else {
                tape[index].isCanonical = false
                uncanonicalEnd = position
                return try checkUnsortedKeys(ofObjectAt: index, source)
            }
            previous = next
            next = indexAfterMember(next)
            if next > previous &+ 2 { isFlat = false }
        }
        tape[index].kind = isFlat ? .sortedFlatObject : .sortedObject
    }

    /// Up to sixteen keys are compared with those before them that have the same mark, which beats sorting them.
    private func checkUnsortedKeys(ofObjectAt index: Int, _ source: Span<UInt8>) throws(JSONSyntaxError) {
        var count = 0
        var marks: UInt64 = 0
        var key = index &+ 1
        while key < tape.count {
            guard count < 16 else { return try checkManyUnsortedKeys(ofObjectAt: index, source) }
            let mark = mark(of: tape[key], source)
            var earlier = marks & mark == 0 ? key : index &+ 1
            while earlier < key {
                if isSameKey(earlier, key, source) { throw duplicateKey(tape[key], source) }
                earlier = indexAfterMember(earlier)
            }
            marks |= mark
            count &+= 1
            key = indexAfterMember(key)
        }
    }

    /// One of 64 bits, the same for the same key.
    private func mark(of key: JSONToken, _ source: Span<UInt8>) -> UInt64 {
        let length = key.end &- key.start
        guard length > 0 else { return 1 }
        let ends = UInt32(byte(at: key.start, source)) &* 7 &+ UInt32(byte(at: key.end &- 1, source))
        return 1 &<< UInt64(ends &+ length &* 5)
    }

    private func checkManyUnsortedKeys(ofObjectAt index: Int, _ source: Span<UInt8>) throws(JSONSyntaxError) {
        var keys: [Int] = []
        var next = index &+ 1
        while next < tape.count {
            keys.append(next)
            next = indexAfterMember(next)
        }
        keys.sort { compareKeys($0, $1, source) == .ascending }
        for (first, second) in zip(keys, keys.dropFirst()) where compareKeys(first, second, source) == .equal {
            throw duplicateKey(tape[max(first, second)], source)
        }
    }

    private func duplicateKey(_ token: JSONToken, _ source: Span<UInt8>) -> JSONSyntaxError {
        let key = String(decoding: bytes(of: token, source), as: UTF8.self)
        return JSONSyntaxError(problem: .duplicateKey(key), offset: Int(token.link))
    }

    private func isSameKey(_ left: Int, _ right: Int, _ source: Span<UInt8>) -> Bool {
        tape[left].end &- tape[left].start == tape[right].end &- tape[right].start
            && compareKeys(left, right, source) == .equal
    }

    private func compareKeys(_ left: Int, _ right: Int, _ source: Span<UInt8>) -> ByteOrder {
        let (left, right) = (tape[left], tape[right])
        if left.end <= sourceCount, right.end <= sourceCount {
            return source.extracting(Int(left.start)..<Int(left.end))
                .order(to: source.extracting(Int(right.start)..<Int(right.end)))
        }
        return bytes(of: left, source).span.order(to: bytes(of: right, source).span)
    }

    private func byte(at offset: UInt32, _ source: Span<UInt8>) -> UInt8 {
        let offset = Int(offset)
        return offset < sourceCount ? source[offset] : decoded[offset &- sourceCount]
    }

    private func bytes(of token: JSONToken, _ source: Span<UInt8>) -> [UInt8] {
        (token.start..<token.end).map { byte(at: $0, source) }
    }

    /// The index of the key after the member whose key stands at `key`.
    private func indexAfterMember(_ key: Int) -> Int {
        let value = key &+ 1
        return tape[value].isContainer ? Int(tape[value].link) : value &+ 1
    }
}
