import Foundation
import Vocabulary
import Web

/// How far a zone's clock is ahead of UTC, in the years around a moment: a page that is told so
/// need not load the browser's own tables before its first screen.
struct ZoneClock: Hashable {
    struct Offset: Hashable {
        /// Unix seconds; it holds until the next one.
        let from: Int64
        let offset_s: Int
    }

    /// In the order of time; the first stands from the beginning of what is told.
    let offsets: [Offset]
    /// Unix seconds; from here on nothing is told.
    let until: Int64

    private static let back_s: Int64 = 400 * 86_400
    private static let ahead_s: Int64 = 800 * 86_400
    /// No zone puts its clock forward and back within less.
    private static let step_s: Int64 = 7 * 86_400

    /// nil for a zone that is not known.
    init?(zone name: String, around now: Moment) {
        guard let zone = TimeZone(identifier: name) else { return nil }
        func offset(_ at: Int64) -> Int { zone.secondsFromGMT(for: Moment(seconds: at).date) }
        var at = now.seconds - Self.back_s
        var found = [Offset(from: at, offset_s: offset(at))]
        until = now.seconds + Self.ahead_s
        while at < until {
            let next = min(at + Self.step_s, until)
            let after = offset(next)
            if let before = found.last?.offset_s, after != before {
                var (low, high) = (at, next)
                while high - low > 1 {
                    let middle = low + (high - low) / 2
                    if offset(middle) == before { low = middle } else { high = middle }
                }
                found.append(Offset(from: high, offset_s: after))
            }
            at = next
        }
        offsets = found
    }

    func write(_ writer: inout JSONWriter) {
        writer.object("clock") { writer in
            let list = offsets.map { "[\($0.from),\($0.offset_s)]" }.joined(separator: ",")
            writer.field("offsets", json: "[\(list)]")
            writer.field("until", until)
        }
    }
}
