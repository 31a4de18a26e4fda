import App
import ArgumentParser
import Tenancy
import Vocabulary

struct TenantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenant", abstract: "Companies of this instance.",
        subcommands: [Create.self, List.self, Show.self, Suspend.self, Resume.self, Delete.self])

    struct Line: OutputLine {
        let id: Int64
        let slug: String
        let state: String
        let schema: String
        let schemaVersion: Int32
        let cell: Int64
        let locale: String
        let timeZone: String
        let currency: String

        init(_ tenant: Tenant) {
            id = tenant.id
            slug = tenant.slug
            state = tenant.state.rawValue
            schema = tenant.schemaKey.rawValue
            schemaVersion = tenant.schemaVersion
            cell = tenant.cell.id
            locale = tenant.language.rawValue
            timeZone = tenant.timeZone
            currency = tenant.currency
        }

        var text: String { "\(id)\t\(slug)\t\(state)\t\(schema)\tv\(schemaVersion)" }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a company.")
        @Argument(help: "The first label of its host.") var slug: String
        @Option(help: "What people call it.") var name: String
        @Option(help: "ru or en.") var language = "ru"
        @Option(help: "IANA name.") var timeZone = "Europe/Moscow"
        @Option(help: "ISO 4217.") var currency = "RUB"
        @OptionGroup var output: Output

        func validate() throws {
            if Language(rawValue: language) == nil {
                throw ValidationError("--language is ru or en.")
            }
        }

        func run() async throws {
            let language = Language(rawValue: language) ?? .ru
            let tenant = try await Operator.with { _, desk in
                try await desk.companies.create(
                    slug: slug, name: name, language: language, timeZone: timeZone,
                    currency: currency)
            }
            try output.show(Line(tenant))
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "All companies.")
        @OptionGroup var output: Output

        func run() async throws {
            let lines = try await Operator.with { _, desk in try await desk.companies.list() }
                .map(Line.init)
            try output.show(lines)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "One company.")
        @Argument(help: "The company's slug.") var slug: String
        @OptionGroup var output: Output

        func run() async throws {
            let line = Line(try await Operator.with { _, desk in try await desk.tenant(slug) })
            try output.show(line)
        }
    }

    struct Suspend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a company out of service; its data stays.")
        @Argument(help: "The company's slug.") var slug: String

        func run() async throws {
            try await Operator.with { _, desk in
                try await desk.companies.suspend(desk.tenant(slug))
            }
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Put it back into service.")
        @Argument(help: "The company's slug.") var slug: String

        func run() async throws {
            try await Operator.with { _, desk in
                try await desk.companies.resume(desk.tenant(slug))
            }
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete a company with everything it has. There is no way back.")
        @Argument(help: "The company's slug.") var slug: String
        @Option(help: "The slug once more.") var confirm: String

        func validate() throws {
            if confirm != slug { throw ValidationError("--confirm must repeat the slug.") }
        }

        func run() async throws {
            try await Operator.with { _, desk in
                try await desk.companies.delete(desk.tenant(slug))
            }
        }
    }
}
