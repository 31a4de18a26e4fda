import Foundation

/// The process's own memory, as Linux counts it.
enum ProcessFigures {
    static func text() -> String {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmRSS:") }),
            let kibibytes = Int(line.filter(\.isNumber))
        else { return "" }
        return """
            # TYPE process_resident_memory_bytes gauge
            process_resident_memory_bytes \(kibibytes * 1024)
            """
    }
}
