package import Hummingbird
import Logging
import NIOCore
import Outbox
import Postgres
import Tenancy
import Vocabulary
import Web

extension Instance {
    /// What the operator's machines ask, on an address of its own: is it alive, is it ready, how is
    /// it doing.
    ///
    /// - Parameters: as of `application`.
    package func operations(
        host: String, port: Int, onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) -> some ApplicationProtocol {
        let router = Router(context: BasicRequestContext.self)
        router.get("/health/live") { _, _ in Self.text("alive") }
        router.get("/health/ready") { _, _ in
            do {
                _ = try await tenants.control.query("SELECT 1")
                return Self.text("ready")
            } catch {
                return Self.text("PostgreSQL does not answer", .serviceUnavailable)
            }
        }
        router.get("/metrics") { _, _ in Self.text(figures()) }
        return Application(
            router: router,
            // Places of its own: whoever looks after a full server can look into it.
            server: .http1(
                configuration: http(Connections(limit: Self.operationsConnections_max))),
            configuration: .init(address: .hostname(host, port: port)),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? port) },
            logger: logger)
    }

    private func figures() -> String {
        var page = MetricsPage()
        metrics.write(to: &page)
        write(relay.figures.now, to: &page)
        let streams = feed.figures
        page.family("voronka_live_streams", .gauge, "Open streams of live changes.")
        page.line("voronka_live_streams", streams.streams)
        page.family(
            "voronka_live_resets_total", .counter, "Screens told to load again: too far behind.")
        page.line("voronka_live_resets_total", streams.resets)
        let doors = connections.figures
        page.family("voronka_http_connections", .gauge, "Open connections of clients.")
        page.line("voronka_http_connections", doors.open)
        page.family(
            "voronka_http_connections_refused_total", .counter,
            "Connections refused because too many were open.")
        page.line("voronka_http_connections_refused_total", doors.refused)
        writePools(to: &page)
        if let memory_bytes = ProcessFigures.memory_bytes() {
            page.family("process_resident_memory_bytes", .gauge, "Memory of the server.")
            page.line("process_resident_memory_bytes", memory_bytes)
        }
        return page.text
    }

    private func writePools(to page: inout MetricsPage) {
        let pools = tenants.pools.map { ("pool=\"\($0.name)\"", $0.figures) }
        page.family("voronka_postgres_connections", .gauge, "Connections to PostgreSQL.")
        for (labels, figures) in pools {
            page.line("voronka_postgres_connections", labels: labels, figures.connections)
        }
        page.family(
            "voronka_postgres_connections_idle", .gauge, "Those of them that serve nobody now.")
        for (labels, figures) in pools {
            page.line("voronka_postgres_connections_idle", labels: labels, figures.idle)
        }
        page.family("voronka_postgres_waiters", .gauge, "Callers who wait for a connection.")
        for (labels, figures) in pools {
            page.line("voronka_postgres_waiters", labels: labels, figures.waiters)
        }
    }

    private func write(_ outbox: RelayFigures.Now, to page: inout MetricsPage) {
        page.family(
            "voronka_outbox_waiting_tenants", .gauge,
            "Companies with changes that this server has yet to publish.")
        page.line("voronka_outbox_waiting_tenants", outbox.waiting)
        let waited_us = outbox.since.map {
            max(0, configuration.time.now().microseconds - $0.microseconds)
        }
        page.family(
            "voronka_outbox_lag_seconds", .gauge, "How long the first of them has been waiting.")
        page.line("voronka_outbox_lag_seconds", Double(waited_us ?? 0) / 1e6)
        page.family(
            "voronka_outbox_publish_seconds", .histogram,
            "From a change to its place in the stream.")
        page.lines("voronka_outbox_publish_seconds", outbox.lag)
    }

    /// Of the operator's machines.
    static let operationsConnections_max = 64

    private static func text(_ text: String, _ status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: text + "\n")))
    }
}
