package import Vocabulary

/// A page of figures for the operator's machines.
///
/// Source: prometheus.io/docs/instrumenting/exposition_formats, version 0.0.4.
package struct MetricsPage {
    package enum Kind: String { case counter, gauge, histogram }

    package private(set) var text = ""

    package init() {}

    /// What the lines after this are about.
    package mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    /// - Parameter labels: none of what users write: `method="GET",route="/deals"`.
    package mutating func line(_ name: String, labels: String = "", _ value: some Numeric) {
        text += labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
    }

    package mutating func lines(_ name: String, labels: String = "", _ histogram: Histogram) {
        let comma = labels.isEmpty ? "" : ","
        var below = 0
        for (bound_us, count) in zip(Histogram.bounds_us, histogram.counts) {
            below += count
            line(
                "\(name)_bucket", labels: "\(labels)\(comma)le=\"\(Double(bound_us) / 1e6)\"", below
            )
        }
        line("\(name)_bucket", labels: "\(labels)\(comma)le=\"+Inf\"", histogram.count)
        line("\(name)_sum", labels: labels, Double(histogram.sum_us) / 1e6)
        line("\(name)_count", labels: labels, histogram.count)
    }
}
