import Hummingbird
import Postgres
import Records
import Tenancy
import Vocabulary
import Web

/// `POST /api/v4/roles`, `PATCH` and `DELETE /roles/{id}`: for administrators. Source: amocrm-api,
/// 16.3.
extension Identity {
    static let roles_max = 100

    func addRoleWritingRoutes(_ api: some RouterMethods<TenantContext>) {
        api.post("roles") { request, context in try await self.addRoles(request, context) }
        api.patch("roles/:id") { request, context in try await self.changeRole(request, context) }
        api.delete("roles/:id") { _, context in try await self.deleteRole(context) }
    }

    private struct RoleItem: Sendable {
        let name: String?
        let rights: Rights?

        init?(_ reader: inout FieldReader, isNew: Bool) {
            if isNew {
                reader.require("name")
                reader.require("rights")
            }
            name = reader.filledString("name", max: FormText.length_max)
            if var inner = reader.object("rights") {
                rights = AmoRights.read(&inner)
            } else {
                rights = nil
            }
        }
    }

    private func addRoles(_ request: Request, _ context: TenantContext) async throws -> Response {
        guard context.actor.isAdministrator else { throw Forbidden() }
        let items = try Batch.items(try await request.json(), max: Self.roles_max) {
            RoleItem(&$0, isNew: true)
        }
        let rights = try items.map { try ($0.value.rights ?? Rights([:])).stored.text }
        let ids = try await logging(context) { transaction in
            let count = try await transaction.query("SELECT count(*) FROM roles")
                .one().decode(0, as: Int.self)
            guard count + items.count <= Self.roles_max else {
                throw FieldRefusal.tooMany("", Self.roles_max)
            }
            return try await transaction.query(
                """
                INSERT INTO roles (name, rights)
                SELECT w.name, w.rights::jsonb
                FROM unnest(\(items.map { $0.value.name ?? "" }), \(rights))
                    WITH ORDINALITY AS w (name, rights, place)
                ORDER BY w.place
                RETURNING id
                """
            ).map { try $0.decode(0, as: Int64.self) }.sorted()
        }
        let rows = try await context.tenant.query(
            Self.roles(where: "role.id = ANY(\(ids))", limit: ids.count, offset: 0))
        var writer = JSONWriter()
        try writer.array { writer in
            for (row, item) in zip(rows, items) {
                try self.writeRole(
                    row, with: [], requestID: item.requestID, context, &writer)
            }
        }
        return HAL.list(
            String(buffer: writer.buffer), count: ids.count, named: "roles", page: 1,
            hasNext: false, request: request, context: context,
            totals: [("_total_items", Int64(ids.count))])
    }

    private func changeRole(_ request: Request, _ context: TenantContext) async throws -> Response {
        guard context.actor.isAdministrator else { throw Forbidden() }
        let id = try context.id()
        var reader = try await request.json().reader()
        let item = RoleItem(&reader, isNew: false)
        try reader.finish()
        let rights = try item?.rights?.stored.text
        try await logging(context) { transaction in
            let rows = try await transaction.query(
                """
                UPDATE roles
                SET name = COALESCE(\(item?.name), name),
                    rights = CASE WHEN is_administrator THEN rights
                        ELSE rights || COALESCE(\(rights)::text::jsonb, '{}') END
                WHERE id = \(id)
                RETURNING id
                """)
            if rows.isEmpty { throw NotFound() }
        }
        try await forget(context.tenant.tenant)
        return try await oneRole(id, [], context)
    }

    private func deleteRole(_ context: TenantContext) async throws -> Response {
        guard context.actor.isAdministrator else { throw Forbidden() }
        let id = try context.id()
        try await logging(context) { transaction in
            let rows = try await transaction.query(
                """
                WITH wanted AS (
                    SELECT role.id, role.is_administrator
                        OR EXISTS (SELECT FROM members AS member WHERE member.role_id = role.id) AS is_used
                    FROM roles AS role WHERE role.id = \(id)
                ), gone AS (
                    DELETE FROM roles USING wanted WHERE roles.id = wanted.id AND NOT wanted.is_used
                )
                SELECT is_used FROM wanted
                """)
            guard let row = rows.first else { throw NotFound() }
            if try row.decode(0, as: Bool.self) {
                throw FieldRefusal(
                    "id", code: "NotDeletable",
                    Text(ru: "У этой роли есть сотрудники.", en: "There are members in this role."))
            }
        }
        return .empty
    }

    /// A transaction whose changes of roles are logged.
    private func logging<Result>(
        _ context: TenantContext, _ change: (TenantTransaction) async throws -> Result
    ) async throws -> Result {
        let image: PostgresStatement = """
            SELECT 'role', r.id, r.id::text, json_build_object('id', r.id, 'name', r.name,
                'is_administrator', r.is_administrator, 'rights', r.rights)::text
            FROM roles AS r
            ORDER BY r.id
            FOR UPDATE
            """
        let result = try await context.tenant.transaction { transaction in
            try await SetupLog.logging(
                .role, image, by: context.actor.userID, at: context.now, in: transaction
            ) { try await change(transaction) }
        }
        wake(context.tenant.tenant)
        return result
    }

    /// What was cached of the company's people no longer counts.
    private func forget(_ tenant: Tenant) async throws {
        _ = try await control.send([forgetting(.tenant(tenant.id))])
        cache.forget(.tenant(tenant.id))
    }
}
