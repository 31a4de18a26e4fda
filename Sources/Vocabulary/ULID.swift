/// A key that sorts by time: 48 bits of milliseconds and 80 random bits, as 26 characters of
/// Crockford's base 32.
/// Source: github.com/ulid/spec. Lower case, as amoCRM writes event ids.
package enum ULID {
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    package static func make(
        at moment: Moment, using generator: inout some RandomNumberGenerator
    ) -> String {
        var characters = start(at: moment)
        var high = generator.next()
        var low = generator.next()
        for index in 10..<18 {
            characters[index] = alphabet[Int(high & 31)]
            high >>= 5
        }
        for index in 18..<26 {
            characters[index] = alphabet[Int(low & 31)]
            low >>= 5
        }
        return String(decoding: characters, as: UTF8.self)
    }

    /// The least key of the moment's millisecond: all keys made before it are less.
    package static func first(at moment: Moment) -> String {
        String(decoding: start(at: moment), as: UTF8.self)
    }

    /// The time in ten characters, and zeros.
    private static func start(at moment: Moment) -> [UInt8] {
        var characters = [UInt8](repeating: UInt8(ascii: "0"), count: 26)
        // 48 bits end in the year 10889.
        var time = UInt64(min(max(0, moment.milliseconds), 1 << 48 - 1))
        for index in (0..<10).reversed() {
            characters[index] = alphabet[Int(time & 31)]
            time >>= 5
        }
        return characters
    }

    package static func make(at moment: Moment) -> String {
        var generator = SystemRandomNumberGenerator()
        return make(at: moment, using: &generator)
    }
}
