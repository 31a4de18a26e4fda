package import struct Foundation.Date

/// A moment in time: microseconds since 1970-01-01 UTC, which is also PostgreSQL's resolution.
package struct Moment: Sendable, Hashable, Comparable {
    package let microseconds: Int64

    package init(microseconds: Int64) { self.microseconds = microseconds }
    package init(seconds: Int64) { microseconds = seconds * 1_000_000 }
    package init(_ date: Date) {
        microseconds = Int64((date.timeIntervalSince1970 * 1_000_000).rounded(.down))
    }

    /// Unix seconds, rounded down.
    package var seconds: Int64 {
        (microseconds >= 0 ? microseconds : microseconds - 999_999) / 1_000_000
    }
    package var milliseconds: Int64 { microseconds / 1000 }
    package var date: Date { Date(timeIntervalSince1970: Double(microseconds) / 1_000_000) }

    package func adding(seconds: Int64) -> Moment {
        Moment(microseconds: microseconds + seconds * 1_000_000)
    }
    package static func < (a: Moment, b: Moment) -> Bool { a.microseconds < b.microseconds }
}

/// Where "now" comes from. Tests inject their own.
package struct TimeSource: Sendable {
    package let now: @Sendable () -> Moment

    package init(now: @escaping @Sendable () -> Moment) { self.now = now }

    /// The machine's clock.
    package static let system = TimeSource { Moment(Date()) }
}
