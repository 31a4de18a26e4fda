import Hummingbird
import Postgres
import Tenancy
import Vocabulary
import Web

/// `GET /api/v4/roles`, `/roles/{id}`. Source: amocrm-api, 16.3.
extension Identity {
    func addRoleRoutes(_ api: some RouterMethods<TenantContext>) {
        api.get("roles") { request, context in try await self.listRoles(request, context) }
        api.get("roles/:id") { request, context in
            try await self.oneRole(try context.id(), try Query(request).with, context)
        }
    }

    func oneRole(
        _ id: Int64, _ with: Set<String>, _ context: TenantContext
    ) async throws -> Response {
        let rows = try await context.tenant.query(
            Self.roles(where: "role.id = \(id)", limit: 1, offset: 0))
        guard let row = rows.first else { throw NotFound() }
        var writer = JSONWriter()
        try writeRole(row, with: with, context, &writer)
        return Response.json(writer.buffer)
    }

    private func listRoles(_ request: Request, _ context: TenantContext) async throws -> Response {
        let query = try Query(request)
        let (page, limit) = (try query.page(), try query.limit())
        let with = query.with
        let results = try await context.tenant.pipeline([
            "SELECT count(*) FROM roles",
            Self.roles(where: "true", limit: limit, offset: (page - 1) * limit),
        ])
        guard results.count == 2 else { return .empty }
        let total = try results[0].one().decode(0, as: Int64.self)
        var writer = JSONWriter()
        try writer.array { writer in
            for row in results[1] { try self.writeRole(row, with: with, context, &writer) }
        }
        return HAL.list(
            String(buffer: writer.buffer), count: results[1].count, named: "roles", page: page,
            hasNext: Int64(page * limit) < total, request: request, context: context,
            totals: Self.totals(total, limit: limit))
    }

    static func roles(
        where condition: PostgresStatement, limit: Int, offset: Int
    ) -> PostgresStatement {
        """
        SELECT role.id, role.name, role.is_administrator, role.rights,
            ARRAY(
                SELECT member.user_id
                FROM members AS member
                WHERE member.role_id = role.id
                ORDER BY member.user_id)
        FROM roles AS role
        WHERE \(condition)
        ORDER BY role.id
        LIMIT \(limit) OFFSET \(offset)
        """
    }

    func writeRole(
        _ row: PostgresRow, with: Set<String>, requestID: String? = nil, _ context: TenantContext,
        _ writer: inout JSONWriter
    ) throws {
        let (id, name, isAdministrator, stored, members) = try row.decode(
            Int64.self, String.self, Bool.self, JSONText.self, [Int64].self)
        let rights = try Rights(stored: stored)
        writer.object { writer in
            writer.field("id", id)
            writer.field("name", name)
            writer.object("rights") {
                AmoRights.write(rights, isAdministrator: isAdministrator, &$0)
            }
            if let requestID { writer.field("request_id", requestID) }
            writer.field("_links", json: HAL.links(context, "/api/v4/roles/\(id)"))
            writer.object("_embedded") { writer in
                guard with.contains("users") else { return }
                writer.array("users") { writer in
                    for member in members { writer.object { $0.field("id", member) } }
                }
            }
        }
    }
}
