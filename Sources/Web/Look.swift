package import Hummingbird
import Vocabulary

/// Language and theme that this browser was asked for before, or without, signing in; kept in two
/// cookies that hold nothing else.
package enum Look {
    package static let themes = ["auto", "light", "dark"]
    private static let languageCookie = "voronka_lang"
    private static let themeCookie = "voronka_theme"
    private static let life_s = 365 * 86_400

    static func language(_ request: Request) -> Language? {
        request.cookies[languageCookie].flatMap { Language(rawValue: $0.value) }
    }

    static func theme(_ request: Request) -> String {
        let asked = request.cookies[themeCookie]?.value
        return themes.first { $0 == asked } ?? themes[0]
    }

    /// Keeps what `?lang=` and `?theme=` ask for and leads to `path` again; nil: nothing is asked.
    package static func keep(
        _ query: Query, path: String, _ context: AnonymousContext
    ) -> Response? {
        var cookies: [String] = []
        if let language = query.string("lang").flatMap({ Language(rawValue: $0) }) {
            cookies.append("\(languageCookie)=\(language.rawValue)")
        }
        if let theme = query.string("theme"), themes.contains(theme) {
            cookies.append("\(themeCookie)=\(theme)")
        }
        if cookies.isEmpty { return nil }
        var response = Response(status: .seeOther, headers: [.location: path])
        let secure = context.baseURL.hasPrefix("https:") ? "; Secure" : ""
        for cookie in cookies {
            let value = "\(cookie); Path=/; Max-Age=\(life_s); SameSite=Lax\(secure)"
            response.headers.append(.init(name: .setCookie, value: value))
        }
        return response
    }
}
