package import Foundation
import HTTPTypes
package import Hummingbird
import Mustache
import NIOCore
import Tenancy
import Vocabulary

/// HTML pages by swift-mustache: the shell of the workspace, sign-in, sign-up, and the error page.
package struct Pages: Sendable, ErrorPages {
    private let library: MustacheLibrary
    private let assets: Assets
    private let words: Words

    /// - Parameter directory: `web`, with `templates` and `static/i18n`.
    package init(directory web: URL, assets: Assets) throws {
        let directory = web.appendingPathComponent("templates")
        var library = MustacheLibrary()
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        for name in names.sorted() where name.hasSuffix(".mustache") {
            let text = try String(
                contentsOf: directory.appendingPathComponent(name), encoding: .utf8)
            try library.register(text, named: String(name.dropLast(".mustache".count)))
        }
        self.library = library
        self.assets = assets
        words = try Words(directory: web.appendingPathComponent("static/i18n"))
    }

    /// - Parameters:
    ///   - more: further texts for the template; they win. An empty one counts as absent.
    ///   - lists: rows that a section of the template repeats.
    package func page(
        _ template: String, status: HTTPResponse.Status = .ok, title: String,
        _ context: AnonymousContext, _ more: [String: String] = [:],
        lists: [String: [[String: String]]] = [:]
    ) -> Response {
        let isRussian = context.language == .ru
        var values: [String: Any] = [
            "lang": context.language.rawValue, "theme": context.theme, "assets": assets.prefix,
            "request_id": context.requestID, "title": title, "t": words[context.language],
            "other_lang": isRussian ? "en" : "ru",
            "other_language": isRussian ? "English" : "Русский",
        ]
        for (key, value) in more where !value.isEmpty { values[key] = value }
        for (key, value) in lists { values[key] = value }
        let html = library.render(values, withTemplate: template) ?? Self.bare(title)
        return Response(
            status: status, headers: [.contentType: "text/html; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: html)))
    }

    package func errorPage(_ problem: Problem, _ context: AnonymousContext) -> Response {
        let language = context.language
        // An address without a usable company has no home of its own.
        let lost = context.hostTenant == nil ? context.tenantlessURL : nil
        let words =
            lost == nil ? ErrorWords(problem) : ErrorWords(ofAddress: problem)
        let isPassing = problem.status.code == 503
        return page(
            "error", status: problem.status, title: words.heading(language), context,
            [
                "status": String(problem.status.code), "heading": words.heading(language),
                "detail": words.detail?(language) ?? "", "advice": words.advice?(language) ?? "",
                "home": lost.map { $0 + "/sign-in" } ?? "/", "is_lost": lost == nil ? "" : "1",
                "is_at_home": lost == nil && !isPassing ? "1" : "",
                // The page asks again by itself.
                "retry_s": isPassing ? problem.headers[.retryAfter] ?? "5" : "",
            ])
    }

    /// When a template is missing there is still an answer.
    private static func bare(_ title: String) -> String {
        "<!doctype html><meta charset=\"utf-8\"><title>\(title)</title><p>\(title)</p>"
    }
}
