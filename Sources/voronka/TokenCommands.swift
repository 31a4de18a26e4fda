import App
import ArgumentParser
import Foundation
import Identity
import Postgres
import Tenancy
import Vocabulary

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "API tokens.",
        subcommands: [Create.self, List.self, Revoke.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an API token for a member of a company.")
        @Argument(help: "The company's slug.") var tenant: String
        @Option(help: "Whose rights it has.") var email: String
        @Option(help: "What the list of tokens calls it.") var name = "command line"
        @Option(help: "For how long, 1...1826.") var days = 365
        @OptionGroup var output: Output

        struct Made: Encodable {
            let token: String
        }

        func run() async throws {
            let token = try await Operator.with { _, desk in
                let tenant = try await desk.tenant(tenant)
                let row = try await desk.tenants.database(of: tenant).query(
                    "SELECT user_id FROM members WHERE email = \(email.lowercased()) AND is_active"
                ).first
                guard let id = try row?.decode(0, as: Int64.self) else {
                    throw SettingsError("\(email) does not work in this company.")
                }
                return try await desk.identity.issueToken(
                    for: id, in: tenant, name: name, days: days)
            }
            try output.show(Made(token: token), token)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The tokens of a company, the newest first; never the tokens themselves.")
        @Argument(help: "The company's slug.") var tenant: String
        @OptionGroup var output: Output

        struct Line: OutputLine {
            let id: String
            let email: String
            let name: String
            let scopes: [String]
            let expiresAt: String
            let revokedAt: String?

            var text: String {
                "\(id)\t\(email)\t\(name)\t"
                    + (revokedAt.map { "revoked \($0)" } ?? "until \(expiresAt)")
            }
        }

        func run() async throws {
            let lines = try await Operator.with { _, desk in
                let tenant = try await desk.tenant(tenant)
                let members = try await desk.tenants.database(of: tenant).query(
                    "SELECT user_id, email FROM members"
                ).map { try $0.decode(Int64.self, String.self) }
                let emails = Dictionary(uniqueKeysWithValues: members)
                return try await desk.identity.tokens(in: tenant).map { token in
                    Line(
                        id: token.id.uuidString.lowercased(), email: emails[token.userID] ?? "",
                        name: token.name, scopes: token.scopes,
                        expiresAt: token.expiresAt.date.ISO8601Format(),
                        revokedAt: token.revokedAt?.date.ISO8601Format())
                }
            }
            try output.show(lines)
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a token void; servers learn of it at once.")
        @Argument(help: "The company's slug.") var tenant: String
        @Argument(help: "The token's id, as the list shows it.") var id: String

        func run() async throws {
            guard let token = UUID(uuidString: id) else {
                throw ValidationError("\"\(id)\" is no id of a token.")
            }
            try await Operator.with { _, desk in
                do {
                    try await desk.identity.revokeToken(token, in: desk.tenant(tenant))
                } catch is NotFound {
                    throw SettingsError("This company has no token \(id).")
                }
            }
        }
    }
}
