import FoundationEssentials
import Postgres
package import Tenancy
package import Vocabulary

extension Identity {
    /// The member as he may act now; nil: he does not work here (any more).
    package func actor(_ userID: Int64, in database: TenantDatabase) async throws -> Actor? {
        let rows = try await database.query(
            """
            SELECT member.name, member.locale, role.is_administrator, role.rights, member.group_id,
                ARRAY(
                    SELECT peer.user_id
                    FROM members AS peer
                    WHERE peer.is_active AND peer.group_id IS NOT DISTINCT FROM member.group_id
                    ORDER BY peer.user_id)
            FROM members AS member
            JOIN roles AS role ON role.id = member.role_id
            WHERE member.user_id = \(userID) AND member.is_active
            """)
        guard let row = rows.first else { return nil }
        let (name, locale, isAdministrator, rights, groupID, peers) = try row.decode(
            String.self, String.self, Bool.self, JSONText.self, Int64?.self, [Int64].self)
        return Actor(
            userID: userID, name: name, language: Language(rawValue: locale) ?? .ru,
            isAdministrator: isAdministrator, rights: try Rights(stored: rights), groupID: groupID,
            groupMemberIDs: peers)
    }
}

extension Rights {
    /// As stored in `roles.rights`. A reach that this version does not know reaches nothing.
    init(stored: JSONText) throws {
        let words = try JSONDecoder().decode(
            [String: [String: String]].self, from: Data(stored.text.utf8))
        self.init(words.mapValues { $0.compactMapValues(Reach.init(rawValue:)) })
    }

    /// As text for `roles.rights`, keys sorted.
    var stored: JSONText {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            return JSONText(String(decoding: try encoder.encode(self), as: UTF8.self))
        }
    }
}
