import Hummingbird
import Postgres
import Records
import Tenancy
import Vocabulary
import Web

/// `POST /api/v4/users`, `/users/activate`, `/users/deactivate`: for administrators. Source:
/// amocrm-api, 16.2. amoCRM lets nothing else of a user be changed.
extension Identity {
    /// Users that one request may make or switch. A password costs a tenth of a second of work.
    static let users_max = 10

    func addUserWritingRoutes(_ api: some RouterMethods<TenantContext>) {
        api.post("users") { request, context in try await self.addUsers(request, context) }
        api.post("users/activate") { request, context in
            try await self.switchUsers(request, context, isActive: true)
        }
        api.post("users/deactivate") { request, context in
            try await self.switchUsers(request, context, isActive: false)
        }
    }

    /// A role says what a user may; rights of one's own do not exist here.
    private static func read(_ reader: inout FieldReader) -> NewMember? {
        for key in ["name", "email", "password"] { reader.require(key) }
        let name = reader.filledString("name", max: FormText.length_max)
        let email = reader.filledString("email", max: EmailAddress.length_max)
        let password = reader.string("password", max: PasswordRule.length_bytes_max)
        let locale = reader.string("lang", max: 16)
        if let locale, Language(rawValue: locale) == nil {
            reader.refuse(FieldRefusal.notAChoice("lang"))
        }
        reader.require("rights")
        guard var rights = reader.object("rights") else { return nil }
        rights.require("role_id")
        let groupID = rights.int64("group_id", in: 0 ... .max)
        guard let name, let email, let password, let roleID = rights.id("role_id") else {
            return nil
        }
        return NewMember(
            name: name, email: email, password: password, roleID: roleID,
            groupID: groupID == 0 ? nil : groupID,
            language: locale.flatMap { Language(rawValue: $0) } ?? .ru)
    }

    private func addUsers(_ request: Request, _ context: TenantContext) async throws -> Response {
        guard context.actor.isAdministrator else { throw Forbidden() }
        let items = try Batch.items(try await request.json(), max: Self.users_max) {
            Self.read(&$0)
        }
        try await check(items, context)
        var ids: [Int64] = []
        for item in items {
            ids.append(
                try await addMember(
                    item.value, to: context.tenant.tenant, by: context.actor.userID))
        }
        let rows = try await context.tenant.query(
            Self.members(where: "member.user_id = ANY(\(ids))", limit: ids.count, offset: 0))
        var members: [Int64: MemberRow] = [:]
        for row in rows {
            let member = try MemberRow(row)
            members[member.id] = member
        }
        var writer = JSONWriter()
        writer.array { writer in
            for (id, item) in zip(ids, items) {
                guard let member = members[id] else { continue }
                self.write(member, with: [], requestID: item.requestID, context, &writer)
            }
        }
        return HAL.list(
            String(buffer: writer.buffer), count: ids.count, named: "users", page: 1,
            hasNext: false, request: request, context: context,
            totals: [("_total_items", Int64(ids.count))])
    }

    /// Everything that can be wrong, before anybody is made.
    private func check(_ items: [Batch.Item<NewMember>], _ context: TenantContext) async throws {
        let rows = try await context.tenant.pipeline([
            "SELECT email FROM members", "SELECT id FROM roles", "SELECT id FROM user_groups",
        ])
        var taken = Set(try rows[0].map { try $0.decode(0, as: String.self) })
        let roles = Set(try rows[1].map { try $0.decode(0, as: Int64.self) })
        let groups = Set(try rows[2].map { try $0.decode(0, as: Int64.self) })
        var refused: [BatchRefusal.Item] = []
        for item in items {
            var refusals: [any Refusal] = []
            do throws(FieldRefusal) {
                let email = try EmailAddress.parse(item.value.email)
                if !taken.insert(email.text).inserted { refusals.append(Self.emailTaken) }
                try PasswordRule.check(item.value.password ?? "", email: email)
            } catch {
                refusals.append(error)
            }
            if !roles.contains(item.value.roleID) {
                refusals.append(FieldRefusal.notAChoice("rights.role_id"))
            }
            if let group = item.value.groupID, !groups.contains(group) {
                refusals.append(FieldRefusal.notAChoice("rights.group_id"))
            }
            if !refusals.isEmpty {
                refused.append(.init(requestID: item.requestID, refusals: refusals))
            }
        }
        if !refused.isEmpty { throw BatchRefusal(refused) }
    }

    private static let emailTaken = FieldRefusal(
        "email", code: "AlreadyExists",
        Text(
            ru: "Сотрудник с такой почтой уже есть.",
            en: "There is a member with this e-mail already."))

    /// All or none; nobody switches himself off.
    private func switchUsers(
        _ request: Request, _ context: TenantContext, isActive: Bool
    ) async throws -> Response {
        guard context.actor.isAdministrator else { throw Forbidden() }
        let items = try Batch.items(try await request.json(), max: Self.users_max) { reader in
            reader.require("id")
            return reader.id("id")
        }
        let ids = items.map(\.value)
        let found = try await context.tenant.query(
            "SELECT user_id FROM members WHERE user_id = ANY(\(ids))")
        let known = Set(try found.map { try $0.decode(0, as: Int64.self) })
        let wrong = items.filter {
            !known.contains($0.value) || !isActive && $0.value == context.actor.userID
        }
        if !wrong.isEmpty {
            throw BatchRefusal(
                wrong.map {
                    .init(requestID: $0.requestID, refusals: [FieldRefusal.notAChoice("id")])
                })
        }
        for id in ids {
            try await setMember(
                id, isActive: isActive, in: context.tenant.tenant, by: context.actor.userID)
        }
        return .empty
    }
}
