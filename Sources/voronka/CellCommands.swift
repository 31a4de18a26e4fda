import App
import ArgumentParser
import Tenancy

struct CellCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cell", abstract: "Databases that the companies live in.",
        discussion: "The first is the database of the control tables; it is filled first.",
        subcommands: [Add.self, List.self, Limit.self])

    struct Line: OutputLine {
        let id: Int64
        let dsn: String?
        let login: String
        let tenants: Int32
        let maxTenants: Int32

        init(_ fill: CellFill) {
            id = fill.cell.id
            dsn = fill.cell.dsn
            login = fill.cell.login
            tenants = fill.tenants
            maxTenants = fill.maxTenants
        }

        var text: String { "\(id)\t\(dsn ?? "home")\t\(login)\t\(tenants) of \(maxTenants)" }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prepare an empty database and let new companies be made there.",
            discussion: """
                The administrator of VORONKA_DATABASE_URL must have the same name and password \
                there. Running servers need no restart.
                """)
        @Option(help: "postgres://host:port/database, without a login.") var dsn: String
        @Option(help: "How many companies it takes, 1...1000.") var maxTenants: Int32 = 500
        @OptionGroup var output: Output

        func run() async throws {
            let line = Line(
                try await Operator.with { administration, desk in
                    guard let administrator = administration.settings.databaseURL else {
                        throw ValidationError(
                            "cell add needs VORONKA_DATABASE_URL, the administrator's.")
                    }
                    return try await desk.cells.add(
                        administrator: administrator, dsn: dsn, maxTenants: maxTenants)
                })
            try output.show(line)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "All cells and how full they are.")
        @OptionGroup var output: Output

        func run() async throws {
            let lines = try await Operator.with { _, desk in try await desk.cells.list() }
                .map(Line.init)
            try output.show(lines)
        }
    }

    struct Limit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say how many companies a cell takes; not fewer than it has.")
        @Argument(help: "The cell's number.") var cell: Int64
        @Argument(help: "1...1000.") var maxTenants: Int32
        @OptionGroup var output: Output

        func run() async throws {
            let line = Line(
                try await Operator.with { _, desk in
                    try await desk.cells.limit(cell, to: maxTenants)
                })
            try output.show(line)
        }
    }
}
