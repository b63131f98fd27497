extension String {
    /// The one of `names` that this may be a misspelling of; `nil` where none comes near.
    func nearest(among names: some Sequence<String>) -> String? {
        let distances = names.map { (name: $0, distance: distance(to: $0)) }
        guard let best = distances.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(2, count / 3) ? best.name : nil
    }

    /// How many characters must be inserted, left out or replaced to make `other` of this (Levenshtein).
    private func distance(to other: String) -> Int {
        let other = Array(other)
        var row = Array(0...other.count)
        for (index, character) in enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, otherCharacter) in other.enumerated() {
                let replaced = diagonal + (character == otherCharacter ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = Swift.min(replaced, row[column] + 1, diagonal + 1)
            }
        }
        return row[other.count]
    }
}
