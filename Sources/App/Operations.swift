import Hummingbird
import Logging
import NIOCore
import Postgres
import Tenancy
import Web

/// What the operator's machines ask, on an address of its own: is it alive, is it ready, how is it
/// doing.
struct Operations: Sendable {
    let tenants: Tenants
    let metrics: Prometheus

    func application(_ listen: Settings.Listen, logger: Logger) -> some ApplicationProtocol {
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
        router.get("/metrics") { _, _ in Self.text(metrics.text() + ProcessFigures.text()) }
        return Application(
            router: router,
            configuration: .init(address: .hostname(listen.host, port: listen.port)),
            logger: logger)
    }

    private static func text(_ text: String, _ status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: text + "\n")))
    }
}
