/// A key that sorts by time: 48 bits of milliseconds and 80 random bits, as 26 characters of
/// Crockford's base 32.
/// Source: github.com/ulid/spec. Lower case, as amoCRM writes event ids.
package enum ULID {
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    package static func make(
        at moment: Moment, using generator: inout some RandomNumberGenerator
    ) -> String {
        var characters = [UInt8](repeating: 0, count: 26)
        var time = UInt64(max(0, moment.milliseconds))
        for index in (0..<10).reversed() {
            characters[index] = alphabet[Int(time & 31)]
            time >>= 5
        }
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

    package static func make(at moment: Moment) -> String {
        var generator = SystemRandomNumberGenerator()
        return make(at: moment, using: &generator)
    }
}
