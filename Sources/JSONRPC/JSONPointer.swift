package import CanonicalJSON

/// Where a value lies within another: `/events/3/sender` (RFC 6901). The empty pointer is the whole value.
package struct JSONPointer: Hashable, Sendable {
    package private(set) var text = ""

    package init() {}

    package var isRoot: Bool { text.isEmpty }

    package func appending(_ key: UTF8Text) -> JSONPointer {
        appending(key.string)
    }

    package func appending(_ key: String) -> JSONPointer {
        var pointer = self
        pointer.text += "/"
        for scalar in key.unicodeScalars {
            switch scalar {
            case "~": pointer.text += "~0"
            case "/": pointer.text += "~1"
            default: pointer.text.unicodeScalars.append(scalar)
            }
        }
        return pointer
    }

    /// The pointer that goes on where this one ends.
    package func appending(pointer: String) -> JSONPointer {
        var longer = self
        longer.text += pointer
        return longer
    }

    package func appending(_ index: Int) -> JSONPointer {
        appending(String(index))
    }
}

extension JSONPointer: CustomStringConvertible {
    package var description: String { text }
}
