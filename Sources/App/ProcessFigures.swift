import Foundation

/// The process's own memory, as Linux counts it.
enum ProcessFigures {
    /// nil where there is no /proc.
    static func memory_bytes() -> Int? {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
            let kibibytes = Int(line.filter(\.isNumber))
        else { return nil }
        return kibibytes * 1024
    }
}
