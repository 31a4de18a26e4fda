import App
import Identity
import Postgres
import Tenancy
package import Vocabulary

extension TestTenant {
    /// People and a pipeline with three open stages, as the tests of the slices need them.
    package struct Company: Sendable {
        package let administrator: Actor
        package let seller: Actor
        package let otherSeller: Actor
        package let pipelineID: Int64
        package let stageIDs: [Int64]
    }

    /// Fills a fresh company. User ids are those of the tenant schema alone: nobody signs in here.
    package func furnish() async throws -> Company {
        try await database.transaction { transaction in
            let roles = try await Identity.seedRoles(.ru, in: transaction)
            _ = try await transaction.query("INSERT INTO settings (name) VALUES ('Аврора')")
            try await Starter.install(.ru, in: transaction)
            let people: [(id: Int64, name: String, role: Int64)] = [
                (1, "Анна", roles.administrator), (2, "Илья", roles.seller),
                (3, "Мария", roles.seller),
            ]
            for person in people {
                _ = try await transaction.query(
                    """
                    INSERT INTO members (user_id, name, email, role_id)
                    VALUES (\(person.id), \(person.name), \("\(person.id)@example.org"), \(person.role))
                    """)
            }
            let rows = try await transaction.query(
                "SELECT pipeline_id, id FROM stages WHERE kind = 'open' ORDER BY sort")
            let stages = try rows.map { try $0.decode(Int64.self, Int64.self) }
            func seller(_ id: Int64, _ name: String) -> Actor {
                Actor(
                    userID: id, name: name, language: .ru, isAdministrator: false,
                    rights: Rights(["deal": ["view": .own, "edit": .own, "add": .all]]),
                    groupMemberIDs: [id])
            }
            return Company(
                administrator: Actor(
                    userID: 1, name: "Анна", language: .ru, isAdministrator: true,
                    rights: .everything, groupMemberIDs: [1]),
                seller: seller(2, "Илья"), otherSeller: seller(3, "Мария"),
                pipelineID: stages[0].0, stageIDs: stages.map(\.1))
        }
    }
}
