/// A demo company as data: who works there, how it sells, and what it sells to whom.
/// Dates are written as distances from "now", so that the board looks alive whenever it is seeded.
struct DemoCompany: Sendable {
    struct Person: Sendable {
        let name: String
        let email: String
        let role: Role
        let hue: Int
    }

    enum Role: Sendable { case administrator, headOfSales, seller }

    struct Pipeline: Sendable {
        let name: String
        let color: String
        let stages: [Stage]
    }

    struct Stage: Sendable {
        let name: String
        let hue: String
        let color: String
        let probability: Int
        let rotDays: Int?
        /// What a deal usually spends here, in days.
        let usualDays: Int
    }

    struct Field: Sendable {
        let entity: String
        let name: String
        let kind: String
        var options: [String] = []
    }

    /// One open deal: `stage` counts from 0 among the open stages of the main pipeline.
    struct OpenDeal: Sendable {
        let stage: Int
        let name: String
        let contact: String
        let company: String?
        let amount: Int
        let channel: String
        let tag: String?
        /// Index into `people`.
        let owner: Int
        let ageHours: Int
        let task: Task?
    }

    /// A task due this many hours from now (negative: overdue).
    struct Task: Sendable {
        let text: String
        let inHours: Int
    }

    let slug: String
    let name: String
    let subtitle: String
    let people: [Person]
    let pipelines: [Pipeline]
    let lossReasons: [String]
    let fields: [Field]
    let tags: [(name: String, color: String)]
    let monthGoal: Int
    let openDeals: [OpenDeal]
    /// Names of goods and services with usual amounts, for the deals of the past and for `--deals
    /// N`.
    let offers: [(name: String, amount: Int)]
    let notes: [String]
    let taskTexts: [String]
    /// Companies that buy; a private client has none.
    let clientCompanies: [String]
    let seed: UInt64
}
