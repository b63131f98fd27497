/// Finds ordinals by the hash of what they stand for: an open table of four bytes a place, a quarter of them free at
/// least. What an ordinal stands for is the owner's knowledge.
struct OrdinalIndex {
    /// An ordinal and one, so that zero is a free place.
    private var places: [UInt32] = []
    private var count = 0

    var byteCount: Int { places.capacity * MemoryLayout<UInt32>.stride }

    /// The ordinal under `hash` that `matches`.
    func find(_ hash: Int, where matches: (UInt32) -> Bool) -> UInt32? {
        guard !places.isEmpty else { return nil }
        var place = hash & mask
        while places[place] != 0 {
            if matches(places[place] - 1) { return places[place] - 1 }
            place = (place + 1) & mask
        }
        return nil
    }

    /// Adds `ordinal`, which is not in the table.
    mutating func insert(_ ordinal: UInt32, _ hash: Int, hashOf: (UInt32) -> Int) {
        if (count + 1) * 4 > places.count * 3 { grow(hashOf) }
        put(ordinal, hash)
        count += 1
    }

    /// Takes `ordinal` out, and moves those behind it up to where they are looked for.
    mutating func remove(_ ordinal: UInt32, _ hash: Int, hashOf: (UInt32) -> Int) {
        var gap = hash & mask
        while places[gap] != ordinal + 1 {
            precondition(places[gap] != 0, "Cannot remove an ordinal that is not in the table")
            gap = (gap + 1) & mask
        }
        var place = (gap + 1) & mask
        while places[place] != 0 {
            let home = hashOf(places[place] - 1) & mask
            // It may fill the gap if it is not looked for behind the gap only.
            if (place - home) & mask >= (place - gap) & mask {
                places[gap] = places[place]
                gap = place
            }
            place = (place + 1) & mask
        }
        places[gap] = 0
        count -= 1
    }

    private var mask: Int { places.count - 1 }

    private mutating func put(_ ordinal: UInt32, _ hash: Int) {
        var place = hash & mask
        while places[place] != 0 { place = (place + 1) & mask }
        places[place] = ordinal + 1
    }

    private mutating func grow(_ hashOf: (UInt32) -> Int) {
        let ordinals = places
        places = [UInt32](repeating: 0, count: max(8, ordinals.count * 2))
        for entry in ordinals where entry != 0 { put(entry - 1, hashOf(entry - 1)) }
    }
}
