import Foundation
import Vocabulary

/// Turns planned deals into rows: whom they belong to, what happened to them, what is still to do.
struct SeedHistory: Sendable {
    private let company: DemoCompany
    private let setup: SeedSetup
    private let members: [Int64]
    private let now: Int64
    private var random: SeedRandom
    private var companyIDs: [String: Int64] = [:]
    private var contactIDs: [String: Int64] = [:]
    private var people = 0

    init(_ company: DemoCompany, setup: SeedSetup, members: [Int64], now: Moment) {
        self.company = company
        self.setup = setup
        self.members = members
        self.now = now.seconds
        random = SeedRandom(company.seed &+ 1)
    }

    mutating func write(_ deals: [PlannedDeal], with writer: SeedWriter) async throws {
        try await writeCompanies(of: deals, with: writer)
        try await writeContacts(of: deals, with: writer)
        let rows = deals.enumerated().map { dealRow($1, ord: $0) }
        let ids = try await writer.deals(rows)
        let numbered = Array(zip(deals, ids))
        try await writer.spans(numbered.flatMap { spans($0, id: $1) })
        try await writer.links(
            numbered.compactMap { deal, id in
                contactIDs[contactKey(deal)].map { LinkRow(deal: id, contact: $0) }
            })
        try await writer.tasks(numbered.compactMap { openTask($0, id: $1) })
        try await writer.notes(
            numbered.flatMap { deal, id in
                deal.notes.map {
                    NoteRow(deal: id, text: $0.text, owner: members[deal.owner], at: $0.at)
                }
            })
        try await writer.events(numbered.flatMap { events($0, id: $1) })
    }

    private mutating func writeCompanies(
        of deals: [PlannedDeal], with writer: SeedWriter
    ) async throws {
        var rows: [CompanyRow] = []
        for deal in deals {
            guard let name = deal.company, companyIDs[name] == nil else { continue }
            companyIDs[name] = 0
            rows.append(
                CompanyRow(
                    ord: rows.count, name: name, owner: members[deal.owner],
                    fields: companyFields(name, rows.count), at: deal.steps[0].at - 60))
        }
        for (row, id) in zip(rows, try await writer.companies(rows)) { companyIDs[row.name] = id }
    }

    private mutating func companyFields(_ name: String, _ number: Int) -> [String: SeedValue] {
        var fields: [String: SeedValue] = [:]
        let domain = DemoNames.domain(name)
        if let phone = setup.fields["company.PHONE"] {
            fields[String(phone)] = Self.multitext(DemoNames.officePhone(number), "WORK")
        }
        if let email = setup.fields["company.EMAIL"] {
            fields[String(email)] = Self.multitext("office@\(domain)", "WORK")
        }
        if let site = setup.fields["company.WEB"] {
            fields[String(site)] = .text("https://\(domain)")
        }
        if let tin = setup.fields["company.ИНН"] {
            fields[String(tin)] = .text("77" + String(random.between(10_000_000, 99_999_999)))
        }
        return fields
    }

    private static func multitext(_ value: String, _ code: String) -> SeedValue {
        .list([.object(["value": .text(value), "code": .text(code)])])
    }

    /// A private client is one person; a company's person works there.
    private func contactKey(_ deal: PlannedDeal) -> String {
        deal.contact + "|" + (deal.company ?? "")
    }

    private mutating func writeContacts(
        of deals: [PlannedDeal], with writer: SeedWriter
    ) async throws {
        var rows: [ContactRow] = []
        var keys: [String] = []
        for deal in deals where contactIDs[contactKey(deal)] == nil {
            contactIDs[contactKey(deal)] = 0
            keys.append(contactKey(deal))
            people += 1
            let parts = deal.contact.split(separator: " ", maxSplits: 1).map(String.init)
            rows.append(
                ContactRow(
                    ord: rows.count, name: deal.contact, first: parts[0],
                    last: parts.count > 1 ? parts[1] : "", owner: members[deal.owner],
                    company: deal.company.flatMap { companyIDs[$0] },
                    fields: contactFields(deal), at: deal.steps[0].at - 30))
        }
        for (key, id) in zip(keys, try await writer.contacts(rows)) { contactIDs[key] = id }
    }

    private mutating func contactFields(_ deal: PlannedDeal) -> [String: SeedValue] {
        var fields: [String: SeedValue] = [:]
        if let phone = setup.fields["contact.PHONE"] {
            fields[String(phone)] = Self.multitext(
                DemoNames.phone(random.between(1, 99) * 10_000 + people % 10_000), "MOB")
        }
        if let email = setup.fields["contact.EMAIL"], random.chance(70) {
            fields[String(email)] = Self.multitext(DemoNames.email(deal.contact, people), "WORK")
        }
        if let birthday = setup.fields["contact.День рождения"], random.chance(40) {
            fields[String(birthday)] = .text(
                day(now - Int64(random.between(20 * 365, 50 * 365)) * SeedPlan.day))
        }
        return fields
    }

    private mutating func dealRow(_ deal: PlannedDeal, ord: Int) -> DealRow {
        let last = deal.steps[deal.steps.count - 1]
        let reason: Int64? =
            if case .lost(let index) = deal.end { setup.lossReasons[index] } else { nil }
        return DealRow(
            ord: ord, name: deal.name, pipeline: setup.pipelines[deal.pipeline].id,
            stage: stageID(last, of: deal), entered: last.at, amount: deal.amount,
            owner: members[deal.owner], company: deal.company.flatMap { companyIDs[$0] },
            reason: reason, channel: deal.channel, closeOn: closeOn(deal), fields: dealFields(deal),
            tags: deal.tag.flatMap { setup.tags[$0] }.map { [$0] } ?? [], nextTask: deal.task?.due,
            at: deal.steps[0].at, updated: last.at, closed: last.stage == nil ? last.at : nil)
    }

    private mutating func closeOn(_ deal: PlannedDeal) -> String? {
        guard case .open = deal.end, random.chance(70) else { return nil }
        return day(now + Int64(random.between(2, 25)) * SeedPlan.day)
    }

    private mutating func dealFields(_ deal: PlannedDeal) -> [String: SeedValue] {
        var fields: [String: SeedValue] = [:]
        for field in company.fields where field.entity == "deal" && random.chance(65) {
            let key = "deal.\(field.name)"
            guard let id = setup.fields[key] else { continue }
            let options = setup.options[key] ?? []
            switch field.kind {
            case "select": fields[String(id)] = .number(random.pick(options))
            case "multiselect": fields[String(id)] = .list([.number(random.pick(options))])
            case "checkbox": fields[String(id)] = .yes
            case "date":
                fields[String(id)] = .text(day(now + Int64(random.between(1, 40)) * SeedPlan.day))
            default: break
            }
        }
        return fields
    }

    private func stageID(_ step: PlannedDeal.Step, of deal: PlannedDeal) -> Int64 {
        if let stage = step.stage { return setup.pipelines[deal.pipeline].stages[stage] }
        return if case .won = deal.end { 142 } else { 143 }
    }

    private func spans(_ deal: PlannedDeal, id: Int64) -> [SpanRow] {
        let owner = members[deal.owner]
        return deal.steps.enumerated().map { index, step in
            let next = index + 1 < deal.steps.count ? deal.steps[index + 1].at : nil
            return SpanRow(
                deal: id, pipeline: setup.pipelines[deal.pipeline].id,
                stage: stageID(step, of: deal),
                entered: step.at, enteredBy: owner, left: next, leftBy: next.map { _ in owner })
        }
    }

    private func openTask(_ deal: PlannedDeal, id: Int64) -> TaskRow? {
        guard let task = deal.task else { return nil }
        return TaskRow(
            text: task.text, kind: 1, owner: members[deal.owner], deal: id, due: task.due,
            result: nil,
            completed: nil, at: min(now, task.due) - 3600)
    }

    /// What the log says of the deal's past, in amoCRM's shapes.
    private mutating func events(_ deal: PlannedDeal, id: Int64) -> [EventRow] {
        let owner = members[deal.owner]
        var rows: [EventRow] = []
        for (index, step) in deal.steps.enumerated() {
            let key = ULID.make(at: Moment(seconds: step.at), using: &random)
            if index == 0 {
                rows.append(
                    EventRow(
                        id: key, type: "lead_added", deal: id, actor: owner, before: [], after: [],
                        at: step.at))
            } else {
                rows.append(
                    EventRow(
                        id: key, type: "lead_status_changed", deal: id, actor: owner,
                        before: [stageValue(deal.steps[index - 1], of: deal)],
                        after: [stageValue(step, of: deal)], at: step.at))
            }
        }
        return rows
    }

    private func stageValue(_ step: PlannedDeal.Step, of deal: PlannedDeal) -> SeedValue {
        .object([
            "lead_status": .object([
                "id": .number(stageID(step, of: deal)),
                "pipeline_id": .number(setup.pipelines[deal.pipeline].id),
            ])
        ])
    }

    private func day(_ at: Int64) -> String {
        Date(timeIntervalSince1970: Double(at)).formatted(.iso8601.year().month().day())
    }
}
