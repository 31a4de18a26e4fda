package import Logging
import Postgres

/// The cells of this instance, as the operator sees them.
package struct Cells: Sendable {
    private let logins: DatabaseLogins
    private let logger: Logger

    package init(logins: DatabaseLogins, logger: Logger) {
        self.logins = logins
        self.logger = logger
    }

    /// By id; the home cell first.
    package func list() async throws -> [CellFill] {
        try await asOwner { try await Self.list($0) }
    }

    /// Prepares an empty database and lets companies be made there from now on.
    ///
    /// - Parameters:
    ///   - administrator: the URL of the control database's administrator, who has the same name
    ///     and password in the new database.
    ///   - dsn: where the database is, without a login.
    /// - Throws: `CellRefusal`.
    package func add(
        administrator: String, dsn: String, maxTenants: Int32 = 500
    ) async throws -> CellFill {
        guard Cell(id: 0, dsn: dsn) != nil else { throw CellRefusal.address }
        guard (1...Cell.tenants_max).contains(maxTenants) else { throw CellRefusal.size }
        return try await asOwner { session in
            let row = try await session.query(
                """
                INSERT INTO control.cells (dsn, max_tenants) VALUES (\(dsn), \(maxTenants))
                RETURNING id
                """
            ).one()
            guard let cell = Cell(id: try row.decode(0, as: Int64.self), dsn: dsn) else {
                throw CellRefusal.address
            }
            // Before the row is committed: nobody is sent to a cell that is not ready.
            try await prepare(cell, administrator: administrator)
            return CellFill(cell: cell, tenants: 0, maxTenants: maxTenants)
        }
    }

    /// How many companies the cell takes from now on; not fewer than it has.
    ///
    /// - Throws: `CellRefusal`.
    package func limit(_ id: Int64, to maxTenants: Int32) async throws -> CellFill {
        guard (1...Cell.tenants_max).contains(maxTenants) else { throw CellRefusal.size }
        return try await asOwner { session in
            try await session.query(
                "UPDATE control.cells SET max_tenants = \(maxTenants) WHERE id = \(id)")
            guard let cell = try await Self.list(session).first(where: { $0.cell.id == id }) else {
                throw CellRefusal.unknown
            }
            return cell
        }
    }

    /// The owner and the logins in the cell's database, with passwords of the present secret.
    func prepare(_ cell: Cell, administrator: String) async throws {
        let url = try DatabaseLogins.administrator(administrator, of: cell)
        try await PostgresSession.withSession(url: url) { session in
            let name = try await Self.refuseUnfit(cell, session)
            try await session.script(logins.bootstrapScript(cell, database: name))
        }
    }

    /// Under the owner's role or the control login's.
    static func list(_ session: PostgresSession) async throws -> [CellFill] {
        try await session.query(
            "SELECT id, dsn, tenants, max_tenants FROM control.cells ORDER BY id"
        )
        .map { row in
            let (id, dsn, tenants, most) = try row.decode(
                Int64.self, String?.self, Int32.self, Int32.self)
            guard let cell = Cell(id: id, dsn: dsn) else { throw TenancyError.unknownCell(id) }
            return CellFill(cell: cell, tenants: tenants, maxTenants: most)
        }
    }

    private func asOwner<Result>(
        _ body: (PostgresSession) async throws -> Result
    ) async throws -> Result {
        do {
            return try await PostgresSession.withSession(url: logins.migrator) { session in
                try await session.transaction { session in
                    try await session.query("SELECT set_config('role', 'vk_owner', true)")
                    return try await body(session)
                }
            }
        } catch let error as PostgresError where error.constraint == "cells_dsn" {
            throw CellRefusal.known
        } catch let error as PostgresError where error.constraint == "cells_room" {
            throw CellRefusal.fuller
        }
    }
}

/// Why a cell is not taken; said to the operator.
package enum CellRefusal: String, Error, CustomStringConvertible {
    case address = """
        A cell's address is postgres://host:port/database without a login: the administrator's name \
        and password of VORONKA_DATABASE_URL are used there.
        """
    case size = "A cell takes from 1 to 1000 companies."
    case known = "This database is a cell already."
    case hasControl = "This database has control tables: it is an instance of its own."
    case old = "PostgreSQL 15 or newer is needed."
    case unknown = "There is no such cell."
    case fuller = "The cell has more companies than that."

    package var description: String { rawValue }
}
