/// `-?[0-9]{1,19}`, without going through String. nil: not an integer that fits.
func parseInteger(_ bytes: UnsafeRawBufferPointer) -> Int64? {
    guard unsafe !bytes.isEmpty else { return nil }
    let isNegative = unsafe bytes[0] == UInt8(ascii: "-")
    var index = isNegative ? 1 : 0
    guard index < bytes.count, bytes.count <= 20 else { return nil }
    var value: Int64 = 0
    while index < bytes.count {
        let digit = unsafe Int64(bytes[index]) - 48
        guard digit >= 0, digit <= 9 else { return nil }
        let (ten, overflow) = value.multipliedReportingOverflow(by: 10)
        let (sum, carried) = ten.subtractingReportingOverflow(digit)
        guard !overflow, !carried else { return nil }
        value = sum
        index += 1
    }
    if isNegative { return value }
    return value == .min ? nil : -value
}

/// PostgreSQL's array text: `{1,2}`, `{"a \"b\"",c}`. Source: documentation 8.15.6.
func parseArray<Element: PostgresDecodable>(_ cell: PostgresCell) -> [Element]? {
    let bytes = unsafe cell.bytes
    guard bytes.count >= 2, unsafe bytes[0] == UInt8(ascii: "{") else { return nil }
    var result: [Element] = []
    var element: [UInt8] = []
    var index = 1
    var isQuoted = false
    var inQuotes = false
    var hasElement = false
    while index < bytes.count {
        let byte = unsafe bytes[index]
        index += 1
        if inQuotes {
            switch byte {
            case UInt8(ascii: "\\"):
                guard index < bytes.count else { return nil }
                unsafe element.append(bytes[index])
                index += 1
            case UInt8(ascii: "\""): inQuotes = false
            default: element.append(byte)
            }
            continue
        }
        switch byte {
        case UInt8(ascii: "\""):
            inQuotes = true
            isQuoted = true
            hasElement = true
        case UInt8(ascii: "{"): return nil
        case UInt8(ascii: ","), UInt8(ascii: "}"):
            if hasElement {
                let isNull = !isQuoted && element == Array("NULL".utf8)
                let value = unsafe element.withUnsafeBytes {
                    unsafe Element(postgres: PostgresCell(isNull: isNull, bytes: $0))
                }
                guard let value else { return nil }
                result.append(value)
            }
            element.removeAll(keepingCapacity: true)
            isQuoted = false
            hasElement = byte == UInt8(ascii: ",")
            if byte == UInt8(ascii: "}") { return index == bytes.count ? result : nil }
        default:
            element.append(byte)
            hasElement = true
        }
    }
    return nil
}

/// bytea in hex form: `\x00ff`.
func parseHexBytea(_ cell: PostgresCell) -> [UInt8]? {
    let bytes = unsafe cell.bytes
    guard bytes.count >= 2, bytes.count % 2 == 0, unsafe bytes[0] == 0x5c,
        unsafe bytes[1] == UInt8(ascii: "x")
    else { return nil }
    func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 97...102: byte - 87
        case 65...70: byte - 55
        default: nil
        }
    }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count / 2 - 1)
    for index in stride(from: 2, to: bytes.count, by: 2) {
        guard let high = unsafe digit(bytes[index]), let low = unsafe digit(bytes[index + 1]) else {
            return nil
        }
        result.append(high << 4 | low)
    }
    return result
}

/// `2026-11-24 05:23:18.123456+00`, as a session with DateStyle ISO and TimeZone UTC writes
/// timestamptz, in
/// microseconds since 1970. nil: another form, infinity, or a year before 1 or beyond 9999.
package func parseTimestamp(_ cell: PostgresCell) -> Int64? {
    let bytes = unsafe cell.bytes
    guard bytes.count >= 22 else { return nil }
    func number(_ from: Int, _ length: Int) -> Int64? {
        var value: Int64 = 0
        for index in from..<(from + length) {
            let digit = unsafe Int64(bytes[index]) - 48
            guard digit >= 0, digit <= 9 else { return nil }
            value = value * 10 + digit
        }
        return value
    }
    guard let year = number(0, 4), let month = number(5, 2), let day = number(8, 2),
        let hour = number(11, 2), let minute = number(14, 2), let second = number(17, 2),
        unsafe bytes[4] == UInt8(ascii: "-"), unsafe bytes[10] == UInt8(ascii: " ")
    else { return nil }
    var fraction: Int64 = 0
    var index = 19
    if unsafe bytes[19] == UInt8(ascii: ".") {
        index = 20
        var scale: Int64 = 100_000
        while index < bytes.count, unsafe bytes[index] >= 48, unsafe bytes[index] <= 57 {
            fraction += unsafe Int64(bytes[index] - 48) * scale
            scale /= 10
            index += 1
        }
    }
    guard bytes.count == index + 3, unsafe bytes[index] == UInt8(ascii: "+"),
        unsafe bytes[index + 1] == 48, unsafe bytes[index + 2] == 48
    else { return nil }
    let seconds =
        daysFromCivil(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60
        + second
    return seconds * 1_000_000 + fraction
}

/// Days since 1970-01-01 of a Gregorian date.
/// Source: Howard Hinnant, "chrono-compatible low-level date algorithms".
func daysFromCivil(year: Int64, month: Int64, day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
}
