import HTTPTypes
import Hummingbird
import NIOCore

/// gzip for large text answers to those who take it (docs/decisions/0013-gzip.md).
///
/// Only what is read: no answer to a GET shows a secret, while a new token stands in the answer to
/// the POST that asked for it, and a text that mixes a secret with a stranger's words tells its
/// length. Not what has an ETag: a strong tag names these very bytes.
enum Compression {
    /// Smaller answers fit in one packet anyway.
    static let plain_bytes_min = 1_400
    /// A larger one would hold a core for too long.
    static let plain_bytes_max = 8 << 20

    static func compress(_ response: inout Response, for request: Request) async throws {
        guard isWorthIt(response, for: request) else { return }
        add(varyBy: "Accept-Encoding", to: &response.headers)
        guard accepts(request.headers[.acceptEncoding]) else { return }
        let body = Collector.Body()
        try await response.body.write(Collector(body: body))
        response.body = ResponseBody(byteBuffer: body.buffer)
        guard let packed = Gzip.compress(body.buffer, .quick) else { return }
        response.body = ResponseBody(byteBuffer: packed)
        response.headers[.contentEncoding] = "gzip"
        response.headers[.contentLength] = nil
    }

    private static func isWorthIt(_ response: Response, for request: Request) -> Bool {
        guard request.method == .get, response.status == .ok,
            response.headers[.contentEncoding] == nil, response.headers[.eTag] == nil,
            let size = response.body.contentLength, let type = response.headers[.contentType]
        else { return false }
        return (plain_bytes_min...plain_bytes_max).contains(size)
            && (type.hasPrefix("application/") && type.contains("json")
                || type.hasPrefix("text/html"))
    }

    private static func add(varyBy name: String, to headers: inout HTTPFields) {
        guard let others = headers[.vary] else {
            headers[.vary] = name
            return
        }
        if !others.contains(name) { headers[.vary] = "\(others), \(name)" }
    }

    /// RFC 9110, 12.5.3: `gzip` or `*` with a weight above zero.
    static func accepts(_ header: String?) -> Bool {
        guard let header else { return false }
        var anything = false
        for coding in header.split(separator: ",") {
            let parts = coding.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
            guard let name = parts.first else { continue }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }
            let isWanted = weight.map { Double($0.dropFirst(2)) ?? 0 > 0 } ?? true
            if name == "gzip" { return isWanted }
            if name == "*" { anything = isWanted }
        }
        return anything
    }
}

/// Takes what a body writes instead of the connection.
private struct Collector: ResponseBodyWriter {
    final class Body {
        var buffer = ByteBuffer()
    }

    let body: Body

    mutating func write(_ buffer: ByteBuffer) async throws {
        body.buffer.writeImmutableBuffer(buffer)
    }
    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
