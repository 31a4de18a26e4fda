import HTTPTypes
package import Hummingbird
package import Vocabulary

/// `If-Modified-Since` on lists (amocrm-api 1.2): a client that keeps a copy asks for what changed
/// after a moment, and hears 304 when nothing did.
extension Request {
    /// nil: no such header, or not an HTTP date, which HTTP wants passed over.
    package var modifiedSince: Moment? {
        headers[.ifModifiedSince].flatMap { HTTPDate.parse($0) }
    }
}

extension Response {
    /// 304 in the place of an empty list, for who asked by `If-Modified-Since`.
    package func orNotModified(_ request: Request) -> Response {
        guard status == .noContent, request.modifiedSince != nil else { return self }
        return Response(status: .notModified)
    }
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`. Source: RFC 9110, 5.6.7; the two old forms are not read.
enum HTTPDate {
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    static func parse(_ text: String) -> Moment? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[0].count == 4, parts[0].last == ",", parts[5] == "GMT",
            let day = number(parts[1], digits: 2),
            let month = months.firstIndex(of: String(parts[2])),
            let year = number(parts[3], digits: 4), year >= 1970
        else { return nil }
        let clock = parts[4].split(separator: ":", omittingEmptySubsequences: false)
        guard clock.count == 3, let hour = number(clock[0], digits: 2), hour < 24,
            let minute = number(clock[1], digits: 2), minute < 60,
            let second = number(clock[2], digits: 2), second < 61,
            let days = days(year: year, month: Int64(month) + 1, day: day)
        else { return nil }
        return Moment(seconds: days * 86_400 + hour * 3_600 + minute * 60 + second)
    }

    private static func number(_ text: Substring, digits: Int) -> Int64? {
        guard text.utf8.count == digits, text.utf8.allSatisfy({ (48...57).contains($0) }) else {
            return nil
        }
        return Int64(text)
    }

    /// Days since 1970-01-01; nil: no such date.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64? {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard day >= 1, day <= lengths[Int(month) - 1] else { return nil }
        let before = year - 1
        let leaps = before / 4 - before / 100 + before / 400
        let start = 365 * before + leaps - 719_162
        return start + lengths.prefix(Int(month) - 1).reduce(0, +) + day - 1
    }
}
