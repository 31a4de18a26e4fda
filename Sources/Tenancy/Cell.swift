import Foundation

/// One database that tenants live in, with a login of its own. The first is at home, beside the
/// control tables.
package struct Cell: Sendable, Hashable {
    package static let home = Cell(trusted: 1, nil)

    package let id: Int64
    /// Where it is, without a login: `postgres://host:5432/voronka2`. nil: where the control tables
    /// are.
    package let dsn: String?

    /// How many tenants one cell may be told to take: PostgreSQL 15 builds the list of a login's
    /// roles anew in quadratic time.
    package static let tenants_max: Int32 = 1_000

    /// The login that serves the tenants of this cell.
    package var login: String { "vk_app_c\(id)" }
    package var isHome: Bool { dsn == nil }

    /// nil: not an address, or one that carries a login.
    package init?(id: Int64, dsn: String?) {
        if let dsn {
            guard let parts = URLComponents(string: dsn),
                ["postgres", "postgresql"].contains(parts.scheme), parts.path.count > 1,
                parts.user == nil, parts.password == nil,
                !(parts.queryItems ?? []).contains(where: {
                    ["user", "password", "passfile", "service"].contains($0.name)
                })
            else { return nil }
        }
        self.init(trusted: id, dsn)
    }

    private init(trusted id: Int64, _ dsn: String?) {
        self.id = id
        self.dsn = dsn
    }

    /// The URL of its database for this login.
    ///
    /// - Parameter home: any URL of the control database.
    func url(home: URLComponents, user: String?, password: String?) -> String {
        var parts = dsn.flatMap { URLComponents(string: $0) } ?? home
        parts.user = user
        parts.password = password
        if parts.host == nil { parts.host = "" }
        guard let url = parts.string else { preconditionFailure("cell \(id) has no address") }
        return url
    }
}

/// How full a cell is.
package struct CellFill: Sendable, Hashable {
    package let cell: Cell
    /// Suspended ones too; a company being made has its place already.
    package let tenants: Int32
    package let maxTenants: Int32
}
