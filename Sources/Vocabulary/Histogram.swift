/// How long something took, counted by size: what a percentile can be read from later.
package struct Histogram: Sendable, Hashable {
    /// Upper ends of the sizes, in microseconds; what is longer is counted by `count` alone.
    package static let bounds_us: [Int64] = [
        1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
        2_500_000, 5_000_000,
    ]

    /// Those of each size, without the smaller ones.
    package private(set) var counts = [Int](repeating: 0, count: bounds_us.count)
    package private(set) var count = 0
    package private(set) var sum_us: Int64 = 0

    package init() {}

    package mutating func record(_ time_us: Int64) {
        count += 1
        sum_us += time_us
        for place in Self.bounds_us.indices where time_us <= Self.bounds_us[place] {
            counts[place] += 1
            return
        }
    }
}
