package import Hummingbird

extension Request {
    /// The body of a plain HTML form, in the shape of a query string.
    ///
    /// - Throws: 413 above `limit`, 415 for another content type, 400 for what is not UTF-8.
    package func form(limit: Int) async throws -> Query {
        let type = headers[.contentType]?.prefix { $0 != ";" }.lowercased()
        guard type == "application/x-www-form-urlencoded" else {
            throw Problem(.unsupportedMediaType)
        }
        var bytes: [UInt8] = []
        for try await part in body {
            if bytes.count + part.readableBytes > limit { throw Problem.tooLarge(limit) }
            bytes.append(contentsOf: part.readableBytesView)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Problem(.badRequest)
        }
        return try Query(text: text)
    }
}
