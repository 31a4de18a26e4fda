import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Testing
import Vocabulary
import Web

@Suite("error pages")
struct ErrorPageTests {
    private static let web = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("web")

    private struct Bug: Error {}

    /// What a browser gets from a server whose every route fails like this.
    private func page(
        _ host: String, language: String, cookie: String = "",
        tenant error: (any Error & Sendable)? = nil, failing with: any Error & Sendable = NotFound()
    ) async throws -> (status: Int, text: String) {
        let pages = try Pages(
            directory: Self.web,
            assets: Assets(directory: Self.web.appendingPathComponent("static")))
        let router = Router(context: AnonymousContext.self)
        let edge = Edge.Configuration(
            hosts: HostNames(baseDomains: ["crm.example"]), trustedProxies: [""],
            time: TimeSource { Moment(seconds: 0) }
        ) { _ in
            if let error { throw error }
            return nil
        }
        router.add(middleware: Edge(edge, pages: pages, allowed: AllowedMethods()))
        router.get("/") { _, _ -> Response in throw with }
        let forwardedHost = try #require(HTTPField.Name("X-Forwarded-Host"))
        var quiet = Logger(label: "error-page-test")
        quiet.logLevel = .critical
        let application = Application(responder: router.buildResponder(), logger: quiet)
        return try await application.test(.router) { client in
            let response = try await client.execute(
                uri: "/", method: .get,
                headers: [
                    .accept: "text/html", .acceptLanguage: language, .cookie: cookie,
                    // The router alone has no peer, and no Host but localhost.
                    forwardedHost: host,
                ])
            #expect(response.headers[.contentType] == "text/html; charset=utf-8")
            #expect(
                response.headers[.contentSecurityPolicy]?.contains("default-src 'none'") == true)
            return (response.status.code, String(buffer: response.body))
        }
    }

    @Test("say what happened and what to do, in both languages", arguments: Language.allCases)
    func words(language: Language) async throws {
        let isRussian = language == .ru
        let accept = language.rawValue
        let missing = try await page("crm.example", language: accept)
        #expect(missing.status == 404)
        #expect(missing.text.contains(isRussian ? "Такой страницы нет" : "Page not found"))
        #expect(missing.text.contains("href=\"/\""))

        let bug = try await page("crm.example", language: accept, failing: Bug())
        #expect(bug.status == 500)
        #expect(
            bug.text.contains(isRussian ? "Что-то сломалось у нас" : "Something broke on our side"))
        #expect(!bug.text.contains("Bug"))
        #expect(bug.text.contains("<html lang=\"\(accept)\""))
        #expect(!bug.text.contains("{{") && !bug.text.contains("failure."))
    }

    @Test("ask again by themselves when the server is down for a moment")
    func unavailable() async throws {
        let down = try await page(
            "crm.example", language: "ru", failing: Problem.unavailable(retryAfter_s: 7))
        #expect(down.status == 503)
        #expect(down.text.contains("<meta http-equiv=\"refresh\" content=\"7\">"))
        #expect(down.text.contains("Сервис ненадолго недоступен"))
    }

    @Test("lead from an address without a company, or with a suspended one, to the common sign-in")
    func lost() async throws {
        let nobody = try await page("nobody.crm.example:8080", language: "en")
        #expect(nobody.status == 404)
        #expect(nobody.text.contains("<h1>There is no company at this address.</h1>"))
        #expect(nobody.text.contains("href=\"http://crm.example:8080/sign-in\""))
        let suspended = Problem(
            .forbidden,
            Text(ru: "Работа компании приостановлена.", en: "This company is suspended."))
        let stopped = try await page("salon.crm.example", language: "ru", tenant: suspended)
        #expect(stopped.status == 403)
        #expect(stopped.text.contains("Работа компании приостановлена."))
        #expect(stopped.text.contains("href=\"http://crm.example/sign-in\""))
    }

    @Test("keep to the language and theme that the browser was last asked for")
    func look() async throws {
        let kept = try await page(
            "crm.example", language: "ru", cookie: "voronka_lang=en; voronka_theme=dark")
        #expect(kept.text.contains("<html lang=\"en\" data-theme=\"dark\">"))
        let strange = try await page(
            "crm.example", language: "ru", cookie: "voronka_lang=xx; voronka_theme=\"><script>")
        #expect(strange.text.contains("<html lang=\"ru\" data-theme=\"auto\">"))
    }
}
