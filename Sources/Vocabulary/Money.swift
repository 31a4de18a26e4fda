/// An amount in integer minor units (kopecks, cents). The currency is the tenant's.
package struct Money: Sendable, Hashable, Comparable {
    package let minor: Int64

    package init(minor: Int64) { self.minor = minor }

    /// Minor units in one unit. RUB, USD, EUR and KZT all have two decimals.
    package static let minorPerUnit: Int64 = 100
    /// The largest deal: a quadrillion units. Sums of thousands of these still fit Int64 times a
    /// margin in numeric.
    package static let largest = Money(minor: 100_000_000_000_000_000)

    /// amoCRM's `price`: whole units, truncated toward zero.
    package var wholeUnits: Int64 { minor / Self.minorPerUnit }

    package static func < (a: Money, b: Money) -> Bool { a.minor < b.minor }
}
