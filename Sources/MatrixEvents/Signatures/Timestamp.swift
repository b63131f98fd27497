import CanonicalJSON
import FoundationEssentials

/// A moment as Matrix writes it: milliseconds since 1970 in UTC.
package struct Timestamp: Hashable, Sendable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// What the machine's clock says.
    package static var now: Timestamp {
        Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }

    /// A moment that many days later, or the last there is.
    package func adding(days: Int64) -> Timestamp {
        let (sum, overflows) = milliseconds.addingReportingOverflow(days * 86_400_000)
        return Timestamp(milliseconds: overflows ? .max : sum)
    }
}

extension Timestamp: Comparable {
    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }
}

extension Event {
    /// When the sender's server says that it made the event. What 64 bits cannot hold, as room version 5 allows it, is
    /// the first or the last moment there is; what is no integer, which no valid event has, the last.
    package var originServerTS: Timestamp {
        guard let number = json["origin_server_ts"]?.number, number.isInteger else {
            return Timestamp(milliseconds: .max)
        }
        let isNegative = number.text[0] == UInt8(ascii: "-")
        return Timestamp(milliseconds: number.int64 ?? (isNegative ? .min : .max))
    }
}
