import HTTPTypes
package import Hummingbird
package import NIOCore

extension Response {
    /// JSON that PostgreSQL or a `JSONWriter` made already. `hal`: amoCRM's content type for
    /// `/api/v4`.
    package static func json(
        _ text: String, status: HTTPResponse.Status = .ok, hal: Bool = true
    ) -> Response {
        json(ByteBuffer(string: text), status: status, hal: hal)
    }

    package static func json(
        _ buffer: ByteBuffer, status: HTTPResponse.Status = .ok, hal: Bool = true
    ) -> Response {
        Response(
            status: status,
            headers: [.contentType: hal ? "application/hal+json" : "application/json"],
            body: ResponseBody(byteBuffer: buffer))
    }

    /// Written by the closure as one object.
    package static func json(
        status: HTTPResponse.Status = .ok, hal: Bool = true,
        _ body: (inout JSONWriter) throws -> Void
    ) rethrows -> Response {
        var writer = JSONWriter()
        try writer.object(body)
        return json(writer.buffer, status: status, hal: hal)
    }

    /// 204: an empty list, an id that does not exist, or a change that has nothing to say.
    package static var empty: Response { Response(status: .noContent) }

    /// With the record's version as a strong ETag: `"v7"`.
    package func tagged(version: Int64) -> Response {
        var response = self
        response.headers[.eTag] = "\"v\(version)\""
        return response
    }
}
