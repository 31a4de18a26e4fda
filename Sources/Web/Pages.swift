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

    /// - Parameter directory: `web/templates`.
    package init(directory: URL, assets: Assets) throws {
        var library = MustacheLibrary()
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        for name in names.sorted() where name.hasSuffix(".mustache") {
            let text = try String(
                contentsOf: directory.appendingPathComponent(name), encoding: .utf8)
            try library.register(text, named: String(name.dropLast(".mustache".count)))
        }
        self.library = library
        self.assets = assets
    }

    /// - Parameter more: further values for the template; they win.
    package func page(
        _ template: String, status: HTTPResponse.Status = .ok, title: String,
        theme: String = "auto",
        _ context: AnonymousContext, _ more: [String: String] = [:]
    ) -> Response {
        var values: [String: Any] = [
            "lang": context.language.rawValue, "theme": theme, "assets": assets.prefix,
            "request_id": context.requestID, "title": title,
            "tenant_name": context.hostTenant?.slug ?? "", "tenant_subtitle": "",
        ]
        for (key, value) in more { values[key] = value }
        let html = library.render(values, withTemplate: template) ?? Self.bare(title)
        return Response(
            status: status, headers: [.contentType: "text/html; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: html)))
    }

    package func errorPage(_ problem: Problem, _ context: AnonymousContext) -> Response {
        let title = Problem.standard(problem.status)(context.language)
        return page(
            "error", status: problem.status, title: title, context,
            ["status": String(problem.status.code), "detail": problem.detail(context.language)])
    }

    /// When a template is missing there is still an answer.
    private static func bare(_ title: String) -> String {
        "<!doctype html><meta charset=\"utf-8\"><title>\(title)</title><p>\(title)</p>"
    }
}
