import Postgres
import Tenancy
import Vocabulary

extension Checkup {
    /// Any two servers are then within what tokens allow for (`TokenSigner.leeway_s`), and a lease
    /// is not taken from a server that still holds it.
    static let clocksApart_ms_max: Int64 = 2_000

    /// Is there a login that reaches every cell, and may no more than it should? Is there a place
    /// for the next company?
    func cells(_ logins: DatabaseLogins) async throws -> [Finding] {
        var findings: [Finding] = []
        var places: Int32 = 0
        for one in try await Cells(logins: logins, logger: logger).list() {
            let url = logins.tenants(of: one.cell)
            do {
                findings += try await PostgresSession.withSession(url: url) { session in
                    [
                        try await tightness(session, one), try await memory(session, one.cell),
                        try await clock(session, one.cell),
                    ]
                }
                places += one.maxTenants - one.tenants
            } catch {
                findings.append(
                    Finding(
                        "cell \(one.cell.id)", isWell: false, await words(for: error, at: url)))
            }
        }
        return findings + [
            Finding(
                "room", isWell: places > 0,
                places > 0
                    ? "\(places) more companies"
                    : "no cell takes a further company; add one (`voronka cell add`), or raise a "
                        + "limit (`voronka cell limit`)")
        ]
    }

    /// Without a tenant's role the login must see nothing at all.
    private func tightness(_ session: PostgresSession, _ one: CellFill) async throws -> Finding {
        let isTight = try await session.query(
            """
            SELECT NOT rolsuper AND NOT rolinherit AND NOT rolcreaterole
                AND coalesce(
                    NOT has_schema_privilege(to_regnamespace('control')::oid, 'USAGE'), true)
            FROM pg_roles
            WHERE rolname = current_user
            """
        ).one().decode(0, as: Bool.self)
        let isFull = one.tenants >= one.maxTenants
        return Finding(
            "cell \(one.cell.id)", isWell: isTight,
            isTight
                ? "\(one.tenants) of \(one.maxTenants) companies\(isFull ? " (full)" : ""), "
                    + "the tenants' login is tight"
                : "the login \(one.cell.login) may do more than it should; run `voronka migrate`")
    }

    /// Each company adds 0.4 MB to the catalogue, and the first query for one is three times as
    /// slow when its part of it is not in memory (decision 15).
    private func memory(_ session: PostgresSession, _ cell: Cell) async throws -> Finding {
        let (catalogue, buffers) = try await session.query(
            """
            SELECT
                (SELECT sum(pg_relation_size(oid))::bigint FROM pg_class
                 WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind IN ('r', 'i')),
                pg_size_bytes(current_setting('shared_buffers'))
            """
        ).one().decode(Int64.self, Int64.self)
        return Finding(
            "memory \(cell.id)", isWell: catalogue <= buffers,
            "\(catalogue >> 20) MB of catalogue, \(buffers >> 20) MB of shared_buffers")
    }

    /// The way there and back counts for nothing: only what lies before the question or after the
    /// answer is a difference.
    private func clock(_ session: PostgresSession, _ cell: Cell) async throws -> Finding {
        let before = time.now()
        let there = try await session.query("SELECT clock_timestamp()").one()
            .decode(0, as: Moment.self)
        let after = time.now()
        let ahead_ms = max(0, before.milliseconds - there.milliseconds)
        let behind_ms = max(0, there.milliseconds - after.milliseconds)
        let isWell = max(ahead_ms, behind_ms) <= Self.clocksApart_ms_max
        let most_s = Self.clocksApart_ms_max / 1000
        return Finding(
            "clock \(cell.id)", isWell: isWell,
            isWell
                ? "within \(most_s) s of the database's"
                : "\(max(ahead_ms, behind_ms) / 1000) s \(ahead_ms > 0 ? "ahead of" : "behind") "
                    + "the database's; let NTP set both")
    }
}
