package import Vocabulary

/// What an API token may be used for.
package enum Scope: String, Sendable, CaseIterable {
    /// Everything that its user may do.
    case crm
    /// Reading and exporting what its user may see.
    case crmRead = "crm:read"

    /// The scopes by their names; the refusal names the unknown one.
    package static func parse(_ names: [String]) throws(FieldRefusal) -> [Scope] {
        guard !names.isEmpty else {
            throw FieldRefusal(
                "scopes", code: "NotBlank",
                Text(ru: "Укажите права токена.", en: "Name the token's scopes."))
        }
        var scopes: [Scope] = []
        for (index, name) in names.enumerated() {
            guard let scope = Scope(rawValue: name) else {
                throw FieldRefusal(
                    "scopes.\(index)", code: "NotSupportedChoice",
                    Text(
                        ru: "Такого права нет: есть crm и crm:read.",
                        en: "There is no such scope: crm and crm:read exist."))
            }
            scopes.append(scope)
        }
        return scopes
    }
}

extension Actor {
    /// The actor as a token with these scopes may act: never more than he may himself.
    ///
    /// A reading token is not an administrator's, whoever its user is, and its rights hold no verb
    /// that writes: a route that forgets to look at scopes still refuses.
    package func limited(to scopes: [Scope]) -> Actor {
        if scopes.contains(.crm) { return self }
        let own = isAdministrator ? Rights.everything : rights
        let reading: Set<String> = scopes.contains(.crmRead) ? ["view", "export"] : []
        return Actor(
            userID: userID, name: name, language: language, isAdministrator: false,
            rights: Rights(own.reaches.mapValues { $0.filter { reading.contains($0.key) } }),
            groupID: groupID, groupMemberIDs: groupMemberIDs)
    }
}
