import Foundation

/// A date in the tenant's calendar, with no time: what a date field holds.
package struct Day: Sendable, Hashable {
    /// Days since 1970-01-01; may be negative.
    package let number: Int64

    /// 0001-01-01 and 9999-12-31: what PostgreSQL and every client can show.
    package static let first = Day(number: -719_162)
    package static let last = Day(number: 2_932_896)

    package init(number: Int64) { self.number = number }

    /// The day that the moment falls on in the time zone. nil: outside years 1...9999.
    package init?(seconds: Int64, timeZone: String) {
        // Checked first, so that no arithmetic below can overflow.
        guard abs(seconds) < 400_000_000_000 else { return nil }
        let zone = TimeZone(identifier: timeZone) ?? .gmt
        let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
        self.init(checked: (Double(seconds + Int64(offset)) / 86_400).rounded(.down))
    }

    /// `2026-11-30`, or an RFC 3339 moment such as `2026-11-30T00:00:00+03:00`, which gives the
    /// tenant's day.
    package init?(_ text: String, timeZone: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 10, bytes[4] == 45, bytes[7] == 45,
            let year = Self.digits(bytes[0..<4]), let month = Self.digits(bytes[5..<7]),
            let day = Self.digits(bytes[8..<10]), let date = Day(year: year, month: month, day: day)
        else { return nil }
        if bytes.count == 10 {
            self = date
            return
        }
        guard let seconds = Self.secondsOfDay(bytes[10...]) else { return nil }
        self.init(seconds: date.number * 86_400 + seconds, timeZone: timeZone)
    }

    private init?(checked number: Double) {
        guard number >= Double(Self.first.number), number <= Double(Self.last.number) else {
            return nil
        }
        self.number = Int64(number)
    }

    /// nil: no such date. Source: H. Hinnant, days_from_civil.
    init?(year: Int64, month: Int64, day: Int64) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1 else { return nil }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard day <= lengths[Int(month) - 1] else { return nil }
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        number =
            era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// `2026-11-30`.
    package var text: String {
        let shifted = number + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let place = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * place + 2) / 5 + 1
        let month = place < 10 ? place + 3 : place - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return Self.padded(year, 4) + "-" + Self.padded(month, 2) + "-" + Self.padded(day, 2)
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }

    private static func digits(_ bytes: ArraySlice<UInt8>) -> Int64? {
        guard bytes.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return bytes.reduce(0) { $0 * 10 + Int64($1 - 48) }
    }

    /// `T10:30:00+03:00`, `T10:30Z`, `T10:30:00.25Z` in seconds from midnight UTC of the written
    /// date.
    private static func secondsOfDay(_ bytes: ArraySlice<UInt8>) -> Int64? {
        let text = String(decoding: bytes, as: UTF8.self)
        let pattern = /[Tt ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(?:([Zz])|([+-])(\d\d):?(\d\d))/
        guard let match = text.wholeMatch(of: pattern)?.output,
            let hour = Int64(match.1), hour < 24, let minute = Int64(match.2), minute < 60,
            let second = Int64(match.3 ?? "0"), second < 61
        else { return nil }
        let offset = (Int64(match.6 ?? "0") ?? 0) * 3600 + (Int64(match.7 ?? "0") ?? 0) * 60
        let local = hour * 3600 + minute * 60 + second
        return match.5 == "-" ? local + offset : local - offset
    }
}
