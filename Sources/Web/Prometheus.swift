package import CoreMetrics
import Synchronization

/// Our own small backend of swift-metrics: sums and counts, written in Prometheus's text format.
///
/// Source: prometheus.io/docs/instrumenting/exposition_formats, version 0.0.4.
package final class Prometheus: MetricsFactory {
    private let series = Mutex<[String: Series]>([:])

    package init() {}

    /// The whole page for `/metrics`.
    package func text() -> String {
        let all = series.withLock { $0 }
        var text = ""
        var family = ""
        for (_, series) in all.sorted(by: { $0.key < $1.key }) {
            if series.label != family {
                family = series.label
                text += "# TYPE \(family) \(series.kind.rawValue)\n"
            }
            text += series.lines()
        }
        return text
    }

    private func find(
        _ label: String, _ dimensions: [(String, String)], _ kind: Series.Kind
    ) -> Series {
        let name = Series.name(label)
        let labels = Series.labels(dimensions)
        return series.withLock { all in
            if let known = all[name + labels] { return known }
            let made = Series(label: name, labels: labels, kind: kind)
            all[name + labels] = made
            return made
        }
    }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        find(label, dimensions, .counter)
    }

    package func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        find(label, dimensions, .counter)
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        find(label, dimensions, .gauge)
    }

    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        find(label, dimensions, aggregate ? .summary : .gauge)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        find(label, dimensions, .summary)
    }

    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}
}
