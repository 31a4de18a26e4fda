import Metrics

/// How many requests of which class, and how long they took.
struct RequestMetrics: Sendable {
    private let counters: [Counter]
    private let timer = Timer(label: "voronka_http_request_seconds")

    init() {
        counters = (1...5).map { hundreds in
            Counter(label: "voronka_http_requests_total", dimensions: [("status", "\(hundreds)xx")])
        }
    }

    func record(_ status: Int, _ duration: Duration) {
        let hundreds = min(max(status / 100, 1), 5)
        counters[hundreds - 1].increment()
        let (seconds, attoseconds) = duration.components
        timer.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
