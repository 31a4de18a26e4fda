import App
import ArgumentParser
import Identity
import Postgres
import Tenancy
import Vocabulary

struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "People.",
        subcommands: [Create.self, List.self, Password.self])

    struct Line: OutputLine {
        let id: Int64
        let name: String
        let email: String
        let role: String
        let isActive: Bool

        var text: String { "\(id)\t\(email)\t\(name)\t\(role)\(isActive ? "" : "\toff")" }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add someone to a company; prints the password when none is given.")
        @Argument(help: "The company's slug.") var tenant: String
        @Option(help: "What he signs in with.") var email: String
        @Option(help: "What people call him.") var name: String
        @Option(help: "The role's name; default: administrator.") var role: String?
        @Option(help: "Without it, one is made up.") var password: String?
        @OptionGroup var output: Output

        struct Made: Encodable {
            let id: Int64
            let email: String
            let password: String
        }

        func run() async throws {
            let password = password ?? Identity.suggestPassword()
            let id = try await Operator.with { _, desk in
                let tenant = try await desk.tenant(tenant)
                let row = try await desk.tenants.database(of: tenant).query(
                    """
                    SELECT id FROM roles
                    WHERE name = \(role ?? "") OR \(role == nil) AND is_administrator
                    ORDER BY id LIMIT 1
                    """
                ).first
                guard let roleID = try row?.decode(0, as: Int64.self) else {
                    throw SettingsError("There is no role \"\(role ?? "")\" in this company.")
                }
                return try await desk.identity.addMember(
                    NewMember(
                        name: name, email: email, password: password, roleID: roleID,
                        language: tenant.language), to: tenant)
            }
            try output.show(
                Made(id: id, email: email, password: password), "\(id)\t\(email)\t\(password)")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The people of a company.")
        @Argument(help: "The company's slug.") var tenant: String
        @OptionGroup var output: Output

        func run() async throws {
            let lines = try await Operator.with { _, desk in
                let tenant = try await desk.tenant(tenant)
                return try await desk.tenants.database(of: tenant).query(
                    """
                    SELECT member.user_id, member.name, member.email, role.name, member.is_active
                    FROM members AS member
                    JOIN roles AS role ON role.id = member.role_id
                    ORDER BY member.user_id
                    """
                ).map { row in
                    let (id, name, email, role, isActive) = try row.decode(
                        Int64.self, String.self, String.self, String.self, Bool.self)
                    return Line(id: id, name: name, email: email, role: role, isActive: isActive)
                }
            }
            try output.show(lines)
        }
    }

    struct Password: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Set a new password and sign the user out everywhere; for a reset without mail.")
        @Argument(help: "Whose.") var email: String
        @Option(help: "Without it, one is made up.") var password: String?
        @OptionGroup var output: Output

        struct Set: Encodable {
            let email: String
            let password: String
        }

        func run() async throws {
            let password = password ?? Identity.suggestPassword()
            try await Operator.with { _, desk in
                do {
                    try await desk.identity.resetPassword(email: email, to: password)
                } catch is NotFound {
                    throw SettingsError("Nobody signs in with \(email).")
                }
            }
            try output.show(Set(email: email, password: password), password)
        }
    }
}
