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
        guard let text = String(validating: try await wholeBody(limit: limit), as: UTF8.self) else {
            throw Problem(.badRequest)
        }
        return try Query(text: text)
    }
}
