package import HTTPTypes
package import Vocabulary

/// An answer that says no, as problem+json or as a page. Thrown from anywhere in a request.
package struct Problem: Error, Sendable {
    package struct Invalid: Sendable {
        let requestID: String
        let refusals: [any Refusal]
    }

    package let status: HTTPResponse.Status
    package let detail: Text
    package var invalid: [Invalid] = []
    /// Further headers: Retry-After, Allow.
    package var headers: HTTPFields = [:]

    package init(_ status: HTTPResponse.Status, _ detail: Text? = nil, headers: HTTPFields = [:]) {
        self.status = status
        self.detail = detail ?? Self.standard(status)
        self.headers = headers
    }

    package static func tooLarge(_ limit: Int) -> Problem {
        Problem(
            .contentTooLarge,
            Text(
                ru: "Тело запроса больше \(limit / 1024) КиБ.",
                en: "The body is larger than \(limit / 1024) KiB."))
    }

    package static func unavailable(retryAfter_s: Int = 2) -> Problem {
        Problem(.serviceUnavailable, headers: [.retryAfter: String(retryAfter_s)])
    }

    /// What is wrong, by field: for a form that is shown again. Refusals of no field are left out.
    package func fields(_ language: Language) -> [String: String] {
        let named = invalid.flatMap(\.refusals).filter { !$0.path.isEmpty }
        return Dictionary(named.map { ($0.path, $0.detail(language)) }) { first, _ in first }
    }

    /// A status made of a bare number has no phrase of its own.
    private static func title(_ status: HTTPResponse.Status) -> String {
        if !status.reasonPhrase.isEmpty { return status.reasonPhrase }
        let known: [HTTPResponse.Status] = [
            .badRequest, .unauthorized, .forbidden, .notFound, .methodNotAllowed, .requestTimeout,
            .conflict, .gone, .preconditionFailed, .contentTooLarge, .unsupportedMediaType,
            .unprocessableContent, .tooManyRequests, .internalServerError, .serviceUnavailable,
        ]
        return known.first { $0.code == status.code }?.reasonPhrase ?? "Error"
    }

    static func standard(_ status: HTTPResponse.Status) -> Text {
        switch status.code {
        case 400: Text(ru: "Запрос не принят.", en: "Request validation failed")
        case 401: Text(ru: "Нужно войти.", en: "Unauthorized")
        case 403: Text(ru: "Недостаточно прав.", en: "You have no right to do this.")
        case 404: Text(ru: "Здесь ничего нет.", en: "There is nothing here.")
        case 405: Text(ru: "Так сюда обращаться нельзя.", en: "This method is not allowed here.")
        case 408: Text(ru: "Запрос идёт слишком долго.", en: "The request takes too long.")
        case 409: Text(ru: "Запись уже изменилась.", en: "The record has changed.")
        case 412:
            Text(
                ru: "У вас устаревшая версия записи.",
                en: "Your version of the record is out of date.")
        case 413: Text(ru: "Слишком большой запрос.", en: "The request is too large.")
        case 415: Text(ru: "Нужен application/json.", en: "application/json is expected.")
        case 429: Text(ru: "Слишком много запросов.", en: "Too many requests.")
        case 503:
            Text(
                ru: "Сервис временно недоступен, попробуйте ещё раз.",
                en: "Temporarily unavailable, please try again.")
        default: Text(ru: "Что-то сломалось у нас.", en: "Something broke on our side.")
        }
    }

    /// Source: amocrm-api 2.1, 2.2; the order of the keys: 2.4.
    ///
    /// - Parameter requestID: ours, last: what to look for in the log.
    package func json(_ language: Language, requestID: String) -> JSONWriter {
        var writer = JSONWriter()
        writer.object { writer in
            if !invalid.isEmpty { writeInvalid(&writer, language) }
            writer.field("title", Self.title(status))
            writer.field("type", type)
            writer.field("status", status.code)
            writer.field("detail", detail(language))
            writer.field("request_id", requestID)
        }
        return writer
    }

    /// Clients know an expired token by a type that ends in `ProblemJson` right before the status.
    private var type: String {
        status == .unauthorized
            ? "https://developers.amocrm.ru/v3/errors/OAuthProblemJson"
            : "https://httpstatus.es/\(status.code)"
    }

    private func writeInvalid(_ writer: inout JSONWriter, _ language: Language) {
        writer.array("validation-errors") { writer in
            for item in invalid {
                writer.object { writer in
                    writer.field("request_id", item.requestID)
                    writer.array("errors") { writer in
                        for refusal in item.refusals {
                            writer.object { writer in
                                writer.field("code", refusal.code)
                                writer.field("path", refusal.path)
                                writer.field("detail", refusal.detail(language))
                            }
                        }
                    }
                }
            }
        }
    }
}
