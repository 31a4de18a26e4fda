import Hummingbird
import Postgres
import Tenancy
import Vocabulary
import Web

/// `GET /api/v4/users`, `/users/{id}`: the company's members. Source: amocrm-api, 16.2.
extension Identity {
    func addUserRoutes(_ api: some RouterMethods<TenantContext>) {
        api.get("users") { request, context in try await self.listUsers(request, context) }
        api.get("users/:id") { request, context in
            let with = try Query(request).with
            let rows = try await context.tenant.query(
                Self.members(where: "member.user_id = \(try context.id())", limit: 1, offset: 0))
            guard let row = rows.first else { throw NotFound() }
            var writer = JSONWriter()
            self.write(try MemberRow(row), with: with, context, &writer)
            return Response.json(writer.buffer)
        }
    }

    private func listUsers(_ request: Request, _ context: TenantContext) async throws -> Response {
        let query = try Query(request)
        let (page, limit) = (try query.page(), try query.limit())
        let with = query.with
        let results = try await context.tenant.pipeline([
            "SELECT count(*) FROM members",
            Self.members(where: "true", limit: limit, offset: (page - 1) * limit),
        ])
        guard results.count == 2 else { return .empty }
        let total = try results[0].one().decode(0, as: Int64.self)
        var writer = JSONWriter()
        try writer.array { writer in
            for row in results[1] {
                self.write(try MemberRow(row), with: with, context, &writer)
            }
        }
        return HAL.list(
            String(buffer: writer.buffer), count: results[1].count, named: "users", page: page,
            hasNext: Int64(page * limit) < total, request: request, context: context,
            totals: Self.totals(total, limit: limit))
    }

    static func totals(_ total: Int64, limit: Int) -> [(String, Int64)] {
        let size = Int64(limit)
        return [("_total_items", total), ("_page_count", (total + size - 1) / size)]
    }

    struct MemberRow {
        let id: Int64
        let name: String
        let email: String
        let locale: String
        let isActive: Bool
        let role: (id: Int64, name: String, isAdministrator: Bool, rights: Rights)
        let groupID: Int64?
        let groupName: String?

        init(_ row: PostgresRow) throws {
            let rights: JSONText
            (
                id, name, email, locale, isActive, role.id, role.name, role.isAdministrator, rights,
                groupID, groupName
            ) = try row.decode(
                Int64.self, String.self, String.self, String.self, Bool.self, Int64.self,
                String.self, Bool.self, JSONText.self, Int64?.self, String?.self)
            role.rights = try Rights(stored: rights)
        }
    }

    static func members(
        where condition: PostgresStatement, limit: Int, offset: Int
    ) -> PostgresStatement {
        """
        SELECT member.user_id, member.name, member.email, member.locale, member.is_active,
            role.id, role.name, role.is_administrator, role.rights, team.id, team.name
        FROM members AS member
        JOIN roles AS role ON role.id = member.role_id
        LEFT JOIN user_groups AS team ON team.id = member.group_id
        WHERE \(condition)
        ORDER BY member.user_id
        LIMIT \(limit) OFFSET \(offset)
        """
    }

    func write(
        _ member: MemberRow, with: Set<String>, requestID: String? = nil, _ context: TenantContext,
        _ writer: inout JSONWriter
    ) {
        writer.object { writer in
            writer.field("id", member.id)
            writer.field("name", member.name)
            writer.field("email", member.email)
            writer.field("lang", member.locale)
            writer.object("rights") { writer in
                AmoRights.write(
                    member.role.rights, isAdministrator: member.role.isAdministrator, &writer)
                writer.field("is_admin", member.role.isAdministrator)
                writer.field("is_free", false)
                writer.field("is_active", member.isActive)
                writer.field("group_id", member.groupID)
                writer.field("role_id", member.role.id)
            }
            for word in ["uuid", "amojo_id", "user_rank", "phone_number"] where with.contains(word)
            {
                writer.field(word, json: nil)
            }
            if let requestID { writer.field("request_id", requestID) }
            writer.field("_links", json: HAL.links(context, "/api/v4/users/\(member.id)"))
            writer.object("_embedded") { embed(member, with: with, context, &$0) }
        }
    }

    private func embed(
        _ member: MemberRow, with: Set<String>, _ context: TenantContext, _ writer: inout JSONWriter
    ) {
        if with.contains("role") {
            writer.array("roles") { writer in
                writer.object { writer in
                    writer.field("id", member.role.id)
                    writer.field("name", member.role.name)
                    writer.field(
                        "_links", json: HAL.links(context, "/api/v4/roles/\(member.role.id)"))
                }
            }
        }
        if with.contains("group") {
            writer.array("groups") { writer in
                writer.object { writer in
                    writer.field("id", member.groupID ?? 0)
                    writer.field("name", member.groupName ?? Self.defaultTeam(context.language))
                }
            }
        }
    }
}
