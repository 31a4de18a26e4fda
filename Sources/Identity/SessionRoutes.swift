import HTTPTypes
import Hummingbird
import Vocabulary
import Web

extension Identity {
    func addSessionRoutes(_ ui: some RouterMethods<TenantContext>) {
        ui.get("session") { request, context in
            let screen = try await self.sessionScreen(
                of: context.actor, in: context.tenant, at: context.now)
            var response = Response.json(screen.buffer, hal: false)
            // The browser's copy slides with ours.
            if let secret = request.cookies[SessionCookie.name]?.value {
                response.headers[.setCookie] = Self.cookie(secret, context.baseURL)
            }
            response.headers[.cacheControl] = "no-store"
            return response
        }
        ui.patch("session") { request, context in
            try await self.changePreferences(request, context)
        }
    }

    private func changePreferences(
        _ request: Request, _ context: TenantContext
    ) async throws -> Response {
        guard let object = try await request.json().object else {
            throw FieldRefusal(
                "", code: "InvalidType",
                Text(ru: "Нужен объект JSON.", en: "A JSON object is expected."))
        }
        var reader = FieldReader(object)
        let locale = reader.string("locale")
        let theme = reader.string("theme")
        if let locale, Language(rawValue: locale) == nil {
            Self.refuseChoice("locale", in: &reader)
        }
        if let theme, !Self.themes.contains(theme) { Self.refuseChoice("theme", in: &reader) }
        try reader.finish()
        try await setPreferences(
            of: context.actor.userID, locale: locale, theme: theme, in: context.tenant)
        return .empty
    }

    private static let themes: Set<String> = ["auto", "light", "dark"]

    private static func refuseChoice(_ key: String, in reader: inout FieldReader) {
        reader.refuse(
            key, code: "NotSupportedChoice",
            Text(
                ru: "Выбранное значение недопустимо.",
                en: "The value you selected is not a valid choice."))
    }
}
