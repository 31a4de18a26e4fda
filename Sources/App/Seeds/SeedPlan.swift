import Vocabulary

/// One deal's life, still without ids: where it stood when, and how it ended.
struct PlannedDeal {
    struct Step {
        /// Index among the open stages; nil: it was closed here.
        let stage: Int?
        let at: Int64
    }

    enum End { case open, won, lost(reason: Int) }

    let name: String
    let contact: String
    let company: String?
    /// In minor units.
    let amount: Int64
    let channel: String
    let tag: String?
    let owner: Int
    let steps: [Step]
    let end: End
    let task: (text: String, due: Int64)?
    let notes: [(text: String, at: Int64)]
    let pipeline: Int
}

/// Writes the lives of a demo company's deals. Pure: the same seed and the same `now` give the
/// same plan.
struct SeedPlan {
    private let company: DemoCompany
    private let now: Int64
    private var random: SeedRandom

    static let day: Int64 = 86_400
    private static let channels = ["phone", "site", "mail", "telegram", "whatsapp", "vk"]

    init(_ company: DemoCompany, now: Moment) {
        self.company = company
        self.now = now.seconds
        random = SeedRandom(company.seed)
    }

    /// The demo: the hand-written open deals, those of the other pipelines, and four months of the
    /// past.
    /// With `total`, generated deals follow until there are so many.
    mutating func deals(total: Int?) -> [PlannedDeal] {
        var deals = company.openDeals.map { handWritten($0) }
        for pipeline in company.pipelines.indices.dropFirst() {
            for _ in 0..<(pipeline == 1 ? 26 : 14) { deals.append(generated(pipeline, .open)) }
        }
        for _ in 0..<260 { deals.append(past()) }
        guard let total else { return deals }
        while deals.count < total {
            deals.append(random.chance(25) ? generated(0, .open) : past(days: 700))
        }
        return Array(deals.prefix(total))
    }

    private mutating func handWritten(_ deal: DemoCompany.OpenDeal) -> PlannedDeal {
        let start = now - Int64(deal.ageHours) * 3600
        return PlannedDeal(
            name: deal.name, contact: deal.contact, company: deal.company,
            amount: Int64(deal.amount) * Money.minorPerUnit, channel: deal.channel, tag: deal.tag,
            owner: deal.owner, steps: steps(from: start, to: now, through: deal.stage), end: .open,
            task: deal.task.map { ($0.text, atWork(now + Int64($0.inHours) * 3600)) },
            notes: notes(from: start, to: now), pipeline: 0)
    }

    private mutating func generated(_ pipeline: Int, _ end: PlannedDeal.End) -> PlannedDeal {
        let stages = company.pipelines[pipeline].stages
        let last = random.between(0, stages.count - 1)
        let usual = stages.prefix(last + 1).reduce(0) { $0 + $1.usualDays }
        let start = now - Int64(random.between(2, 24 * max(1, usual))) * 3600
        let due = atWork(now + Int64(random.between(2, 120)) * 3600)
        return deal(
            from: start, steps: steps(from: start, to: now, through: last), end: end,
            task: random.chance(85) ? (random.pick(company.taskTexts), due) : nil,
            pipeline: pipeline)
    }

    private mutating func past(days: Int = 120) -> PlannedDeal {
        let closed = now - Int64(random.between(1, days * 24)) * 3600
        let won = random.chance(34)
        let stages = company.pipelines[0].stages
        let last = won ? stages.count - 1 : random.between(0, stages.count - 1)
        let usual = stages.prefix(last + 1).reduce(0) { $0 + $1.usualDays }
        let start = closed - Int64(usual) * Self.day * Int64(random.between(40, 160)) / 100
        var path = steps(from: start, to: closed - 3600, through: last)
        path.append(.init(stage: nil, at: closed))
        let end: PlannedDeal.End =
            won ? .won : .lost(reason: random.between(0, company.lossReasons.count - 1))
        return deal(from: start, steps: path, end: end, task: nil, pipeline: 0)
    }

    private mutating func deal(
        from start: Int64, steps: [PlannedDeal.Step], end: PlannedDeal.End,
        task: (String, Int64)?, pipeline: Int
    ) -> PlannedDeal {
        let offer = random.pick(company.offers)
        let amount = Int64(offer.amount * random.between(60, 180) / 100 / 100 * 100)
        let isCompany = random.chance(company.offers[0].amount > 1_000_000 ? 95 : 12)
        return PlannedDeal(
            name: offer.name, contact: DemoNames.person(&random, women: isCompany ? 45 : 85),
            company: isCompany ? random.pick(company.clientCompanies) : nil,
            amount: amount * Money.minorPerUnit, channel: random.pick(Self.channels),
            tag: random.chance(22) ? random.pick(company.tags).name : nil,
            owner: random.between(0, company.people.count - 1), steps: steps, end: end,
            task: task, notes: notes(from: start, to: steps.last?.at ?? now), pipeline: pipeline)
    }

    /// Enters stages 0...last between the two moments, each stage for about its usual share of the
    /// time.
    private mutating func steps(
        from start: Int64, to end: Int64, through last: Int
    ) -> [PlannedDeal.Step] {
        let weights = (0...last).map { _ in Int64(random.between(40, 160)) }
        let sum = weights.reduce(0, +)
        var at = start
        var steps: [PlannedDeal.Step] = []
        for (stage, weight) in weights.enumerated() {
            steps.append(.init(stage: stage, at: at))
            at += max(60, (end - start) * weight / sum)
        }
        return steps
    }

    private mutating func notes(from start: Int64, to end: Int64) -> [(text: String, at: Int64)] {
        guard random.chance(60), end - start > 1200 else { return [] }
        return [
            (
                random.pick(company.notes),
                start + (end - start) * Int64(random.between(10, 90)) / 100
            )
        ]
    }

    /// The nearest half hour between 9 and 20 in Moscow, where both demo companies work. What is
    /// overdue stays overdue, and what is to come stays to come.
    private func atWork(_ at: Int64) -> Int64 {
        let hour: Int64 = 3_600
        let local = at / 1_800 * 1_800 + 3 * hour
        let midnight = local / Self.day * Self.day
        var due = local - 3 * hour
        if !(9 * hour..<20 * hour).contains(local - midnight) {
            due = midnight + 9 * hour + (local - midnight) % (10 * hour) - 3 * hour
        }
        if at > now, due <= now { return due + Self.day }
        return at <= now && due > now ? due - Self.day : due
    }
}
