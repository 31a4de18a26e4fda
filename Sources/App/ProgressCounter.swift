import Synchronization

/// Counts the lines of a talkative program and reports every tenth of the way.
final class ProgressCounter: Sendable {
    private let total: Int
    private let marker: String
    private let report: @Sendable (String) -> Void
    private let count = Mutex(0)

    /// - Parameter marker: what a line says when one more table is being done.
    init(total: Int, marker: String, report: @escaping @Sendable (String) -> Void) {
        self.total = total
        self.marker = marker
        self.report = report
    }

    func read(_ line: String) {
        guard line.contains(marker) else { return }
        let done = count.withLock { count in
            count += 1
            return count
        }
        if done * 10 / max(total, 1) > (done - 1) * 10 / max(total, 1) {
            report("\(done) of \(total) tables")
        }
    }
}
