import HTTPTypes
import Vocabulary

/// What an error page says to a person: what happened, and what to do now.
struct ErrorWords {
    let heading: Text
    /// What the refusal itself says, when that is more than its status says.
    let detail: Text?
    /// nil: the rest says it all.
    let advice: Text?

    init(_ problem: Problem) {
        heading = Self.heading(problem.status)
        detail = Self.isSpecific(problem) ? problem.detail : nil
        advice = Self.advice(problem.status)
    }

    /// When the address names no company, or one that nobody may enter now: the refusal's own words
    /// are the news.
    init(ofAddress problem: Problem) {
        let isSpecific = Self.isSpecific(problem)
        heading = isSpecific ? problem.detail : Self.heading(problem.status)
        detail = nil
        advice = isSpecific ? Self.adviceOfAddress(problem.status) : Self.advice(problem.status)
    }

    private static func isSpecific(_ problem: Problem) -> Bool {
        problem.detail != Problem.standard(problem.status)
    }

    private static func adviceOfAddress(_ status: HTTPResponse.Status) -> Text {
        if status == .forbidden {
            return Text(
                ru: "Данные целы. О\u{00A0}причине расскажет тот, кто обслуживает сервер.",
                en: "Its data is safe. Whoever runs the server knows the reason.")
        }
        return Text(
            ru:
                "Нет ли в\u{00A0}адресе опечатки? Войдите и\u{00A0}выберите компанию из\u{00A0}своих.",
            en: "Is there a slip in the address? Sign in and choose one of your companies.")
    }

    private static func heading(_ status: HTTPResponse.Status) -> Text {
        switch status.code {
        case 401: Text(ru: "Нужно войти", en: "Please sign in")
        case 403: Text(ru: "Сюда нет доступа", en: "No access here")
        case 404, 421: Text(ru: "Такой страницы нет", en: "Page not found")
        case 405:
            Text(ru: "Так эта страница не открывается", en: "This page cannot be opened this way")
        case 413: Text(ru: "Слишком большой запрос", en: "The request is too large")
        case 429: Text(ru: "Слишком часто", en: "Too many requests")
        case 503: Text(ru: "Сервис ненадолго недоступен", en: "Back in a moment")
        case 500...: Text(ru: "Что-то сломалось у нас", en: "Something broke on our side")
        default: Text(ru: "Запрос не принят", en: "The request was not accepted")
        }
    }

    private static func advice(_ status: HTTPResponse.Status) -> Text? {
        switch status.code {
        case 403:
            Text(
                ru: "Если доступ нужен для работы, попросите его у\u{00A0}администратора компании.",
                en: "If you need it for your work, ask the company’s administrator.")
        case 404, 421:
            Text(
                ru: "Возможно, ссылка устарела, в\u{00A0}адресе опечатка или запись удалена.",
                en: "The link may be old, the address mistyped, or the record deleted.")
        case 429:
            Text(
                ru: "Подождите минуту и\u{00A0}попробуйте ещё раз.",
                en: "Wait a minute and try again.")
        case 503:
            Text(
                ru: "Данные в\u{00A0}порядке. Страница обновится сама, как только сервер ответит.",
                en: "Your data is safe. This page reloads by itself as soon as the server answers.")
        case 500...:
            Text(
                ru:
                    "Ошибка уже записана. Попробуйте ещё раз, а\u{00A0}если повторится\u{00A0}— сообщите номер запроса.",
                en: "The error has been recorded. Try again; if it repeats, report the request id.")
        default: nil
        }
    }
}
