import CoreMetrics
import Synchronization

/// One label set of one metric.
final class Series: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler,
    TimerHandler
{
    enum Kind: String { case counter, gauge, summary }

    private struct State {
        var sum = 0.0
        var count = 0
    }

    let label: String
    let labels: String
    let kind: Kind
    private let state = Mutex(State())

    init(label: String, labels: String, kind: Kind) {
        self.label = label
        self.labels = labels
        self.kind = kind
    }

    func increment(by amount: Int64) { increment(by: Double(amount)) }
    func increment(by amount: Double) { state.withLock { $0.sum += amount } }
    func decrement(by amount: Double) { state.withLock { $0.sum -= amount } }
    func reset() { state.withLock { $0 = State() } }
    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { state.withLock { $0.sum = value } }
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        state.withLock { state in
            if kind == .gauge {
                state.sum = value
            } else {
                state.sum += value
                state.count += 1
            }
        }
    }

    func lines() -> String {
        let state = state.withLock { $0 }
        if kind != .summary { return "\(label)\(labels) \(state.sum)\n" }
        return "\(label)_sum\(labels) \(state.sum)\n\(label)_count\(labels) \(state.count)\n"
    }

    static func name(_ label: String) -> String {
        String(label.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") ? $0 : "_" })
    }

    static func labels(_ dimensions: [(String, String)]) -> String {
        if dimensions.isEmpty { return "" }
        let pairs = dimensions.map { key, value in
            let escaped = value.flatMap {
                $0 == "\"" || $0 == "\\" || $0 == "\n" ? "_" : String($0)
            }
            return "\(name(key))=\"\(String(escaped))\""
        }
        return "{" + pairs.joined(separator: ",") + "}"
    }
}
