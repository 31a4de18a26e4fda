package import Tenancy
package import Vocabulary

/// Fills a tenant with a believable demo company: the salon «Аврора» or the b2b company «Вектор».
/// The world of the tests and of the README's tour.
package struct Seeds: Sendable {
    let company: DemoCompany

    /// The demo companies by slug, the salon first.
    package static let all = [Seeds(company: .salon), Seeds(company: .vector)]

    package static func named(_ slug: String) -> Seeds? { all.first { $0.company.slug == slug } }

    /// How many deals are written in one statement.
    static let chunk = 1_000

    /// Writes settings, pipelines, fields, tags, contacts, deals with their past, tasks, notes and
    /// events: all of it or, when it is stopped, nothing.
    ///
    /// - Parameters:
    ///   - members: the ids of `company.people`, in their order; they must be members already.
    ///   - total: how many deals there will be; nil is the demo's own number.
    ///   - progress: told the number of deals written so far and in all.
    package func fill(
        _ database: TenantDatabase, members: [Int64], now: Moment, total: Int? = nil,
        progress: @Sendable (Int, Int) -> Void = { _, _ in }
    ) async throws {
        try await database.transaction { transaction in
            let setup = try await SeedSetup.write(company, in: transaction)
            var plan = SeedPlan(company, now: now)
            let deals = plan.deals(total: total)
            var history = SeedHistory(company, setup: setup, members: members, now: now)
            for start in stride(from: 0, to: deals.count, by: Self.chunk) {
                let end = min(start + Self.chunk, deals.count)
                try await history.write(
                    Array(deals[start..<end]), with: SeedWriter(transaction: transaction))
                progress(end, deals.count)
            }
        }
    }
}
