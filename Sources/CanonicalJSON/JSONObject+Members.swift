extension JSONObject {
    /// Calls `body` for every key under which this object and `earlier` have not the same text, in byte order of the keys;
    /// `nil` stands for no member. Values that are written differently and mean the same, as `50` and `"50"`, differ here.
    package func forEachDifference<Failure: Error>(
        from earlier: JSONObject,
        _ body: (UTF8Text, _ earlier: JSONValue?, _ now: JSONValue?) throws(Failure) -> Void
    ) throws(Failure) {
        let (old, new) = (earlier.value.document, value.document)
        var oldMembers = SortedMembers(of: old, at: earlier.value.index)
        var newMembers = SortedMembers(of: new, at: value.index)
        var (oldKey, newKey) = (oldMembers.next(in: old), newMembers.next(in: new))
        while true {
            let order: ByteOrder
            switch (oldKey, newKey) {
            case (nil, nil): return
            case (.some, nil): order = .ascending
            case (nil, .some): order = .descending
            case (let left?, let right?):
                // As nearly all members are in what changes little.
                if old.hasSameSource(ofMemberAt: left, as: right, in: new) {
                    (oldKey, newKey) = (oldMembers.next(in: old), newMembers.next(in: new))
                    continue
                }
                order = old.order(ofKeyAt: left, to: right, in: new)
            }
            if order != .descending, let key = oldKey {
                if order == .ascending { try body(earlier.key(at: key), earlier.value(at: key), nil) }
                oldKey = oldMembers.next(in: old)
                if order == .equal, let other = newKey, !old.hasSameText(at: key &+ 1, as: other &+ 1, in: new) {
                    try body(self.key(at: other), earlier.value(at: key), self.value(at: other))
                }
            }
            if order != .ascending, let key = newKey {
                if order == .descending { try body(self.key(at: key), nil, self.value(at: key)) }
                newKey = newMembers.next(in: new)
            }
        }
    }

    private func key(at index: Int) -> UTF8Text {
        JSONValue(document: value.document, index: index).textOfToken
    }

    private func value(at key: Int) -> JSONValue {
        JSONValue(document: value.document, index: key &+ 1)
    }
}

/// Goes through the members of an object in byte order of their keys.
struct SortedMembers {
    /// Where the next key stands, if they stand in order.
    private var index: Int
    private let end: Int
    /// Where the keys stand, if that is not their order, the last first.
    private var rest: [Int]?

    init(of document: JSONDocument, at object: Int) {
        index = object &+ 1
        end = document.indexAfter(object)
        rest = document.tape[object].isSorted ? nil : document.keysInReverse(from: index, to: end)
    }

    /// The index of the next key's token in `document`, which is the object's.
    mutating func next(in document: JSONDocument) -> Int? {
        guard rest == nil else { return rest?.popLast() }
        guard index < end else { return nil }
        defer { index = document.indexAfter(index &+ 1) }
        return index
    }
}

extension JSONDocument {
    /// The index of the token after the last of the value that stands at `index`.
    func indexAfter(_ index: Int) -> Int {
        let token = tape[index]
        return token.isContainer ? Int(token.link) : index &+ 1
    }

    /// Where the text of the token at `index` stands.
    func range(of index: Int) -> Range<Int> {
        let token = tape[index]
        return Int(token.start)..<Int(token.end)
    }

    /// The keys between two places of the tape, in descending byte order.
    fileprivate func keysInReverse(from start: Int, to end: Int) -> [Int] {
        var keys: [Int] = []
        keys.reserveCapacity(min((end &- start) / 2, 32))
        var key = start
        while key < end {
            keys.append(key)
            key = indexAfter(key &+ 1)
        }
        keys.sort { order(ofKeyAt: $0, to: $1, in: self) == .descending }
        return keys
    }

    /// The value under `key` of the object that stands at `index`.
    func value(under key: StaticString, ofObjectAt index: Int) -> JSONValue? {
        indexOfValue(under: key, ofObjectAt: index).map { JSONValue(document: self, index: $0) }
    }

    /// The value under `key` of the object that stands at `index`.
    func value(under key: Span<UInt8>, ofObjectAt index: Int) -> JSONValue? {
        indexOfValue(under: key, ofObjectAt: index).map { JSONValue(document: self, index: $0) }
    }

    /// The index of the value under `key` of the object that stands at `index`.
    func indexOfValue(under key: StaticString, ofObjectAt index: Int) -> Int? {
        indexOfValue(under: unsafe Span(_unsafeStart: key.utf8Start, count: key.utf8CodeUnitCount), ofObjectAt: index)
    }

    private func indexOfValue(under key: Span<UInt8>, ofObjectAt index: Int) -> Int? {
        let object = tape[index]
        let found =
            object.kind == .sortedFlatObject
            ? halve(for: key, from: index &+ 1, to: Int(object.link))
            : scan(for: key, from: index &+ 1, to: Int(object.link))
        return found.map { $0 &+ 1 }
    }

    fileprivate func scan(for wanted: Span<UInt8>, from start: Int, to end: Int) -> Int? {
        let (text, tape) = (text, tape)
        let (bytes, tokens) = (text.span, tape.span)
        var key = start
        while key < end {
            let token = tokens[key]
            if Int(token.end &- token.start) == wanted.count,
                bytes.extracting(Int(token.start)..<Int(token.end)).isEqual(to: wanted)
            {
                return key
            }
            let value = tokens[key &+ 1]
            key = value.isContainer ? Int(value.link) : key &+ 2
        }
        return nil
    }

    /// As ``scan(for:from:to:)``, where the keys are in order and every member takes two tokens.
    fileprivate func halve(for wanted: Span<UInt8>, from start: Int, to end: Int) -> Int? {
        let (text, tape) = (text, tape)
        let (bytes, tokens) = (text.span, tape.span)
        var lower = 0
        var upper = (end &- start) / 2
        while lower < upper {
            let middle = (lower &+ upper) / 2
            let token = tokens[start &+ 2 &* middle]
            switch bytes.extracting(Int(token.start)..<Int(token.end)).order(to: wanted) {
            case .equal: return start &+ 2 &* middle
            case .ascending: lower = middle &+ 1
            case .descending: upper = middle
            }
        }
        return nil
    }

    fileprivate func order(ofKeyAt key: Int, to otherKey: Int, in other: JSONDocument) -> ByteOrder {
        let (left, right) = (tape[key], other.tape[otherKey])
        let (text, otherText) = (text, other.text)
        return text.span.extracting(Int(left.start)..<Int(left.end))
            .order(to: otherText.span.extracting(Int(right.start)..<Int(right.end)))
    }

    /// Whether two members are written alike from key to value, and just as canonical JSON has them.
    fileprivate func hasSameSource(ofMemberAt key: Int, as otherKey: Int, in other: JSONDocument) -> Bool {
        let (left, right) = (tape[key], other.tape[otherKey])
        let (leftValue, rightValue) = (tape[key &+ 1], other.tape[otherKey &+ 1])
        guard left.isCanonical, leftValue.isCanonical, right.isCanonical, rightValue.isCanonical,
            leftValue.kind == rightValue.kind, left.end &- left.start == right.end &- right.start,
            leftValue.end &- left.start == rightValue.end &- right.start
        else { return false }
        let (text, otherText) = (text, other.text)
        return text.span.extracting(Int(left.start)..<Int(leftValue.end))
            .isEqual(to: otherText.span.extracting(Int(right.start)..<Int(rightValue.end)))
    }

    /// Whether two values are of one kind and written alike.
    fileprivate func hasSameText(at index: Int, as otherIndex: Int, in other: JSONDocument) -> Bool {
        let (left, right) = (tape[index], other.tape[otherIndex])
        guard left.kind == right.kind else { return false }
        let (text, otherText) = (text, other.text)
        return text.span.extracting(Int(left.start)..<Int(left.end))
            .isEqual(to: otherText.span.extracting(Int(right.start)..<Int(right.end)))
    }
}
