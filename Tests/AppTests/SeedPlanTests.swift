import Testing
import Vocabulary

@testable import App

@Suite("The demo companies")
struct SeedPlanTests {
    private let now = Moment(seconds: 1_790_000_000)

    private func plan(_ company: DemoCompany, total: Int? = nil) -> [PlannedDeal] {
        var plan = SeedPlan(company, now: now)
        return plan.deals(total: total)
    }

    @Test("are the same on every machine", arguments: [DemoCompany.salon, .vector])
    func deterministic(company: DemoCompany) {
        let first = plan(company)
        let second = plan(company)
        #expect(first.map(\.name) == second.map(\.name))
        #expect(first.map(\.amount) == second.map(\.amount))
        #expect(first.flatMap { $0.steps.map(\.at) } == second.flatMap { $0.steps.map(\.at) })
    }

    @Test(
        "never did anything in the future, nor before it began",
        arguments: [DemoCompany.salon, .vector])
    func past(company: DemoCompany) {
        for deal in plan(company, total: 2_000) {
            let moments = deal.steps.map(\.at)
            #expect(moments == moments.sorted())
            #expect(moments.allSatisfy { $0 <= now.seconds })
            let written = deal.notes.map(\.at)
            #expect(written.allSatisfy { $0 >= moments[0] && $0 <= now.seconds })
        }
    }

    @Test("close a deal in the last step and only there", arguments: [DemoCompany.salon, .vector])
    func closing(company: DemoCompany) {
        for deal in plan(company) {
            let isOpen = if case .open = deal.end { true } else { false }
            #expect((deal.steps.last?.stage != nil) == isOpen)
            #expect(deal.steps.dropLast().allSatisfy { $0.stage != nil })
        }
    }

    @Test("the salon's board shows sixty open deals on five stages")
    func board() {
        let open = DemoCompany.salon.openDeals
        #expect(open.count == 60)
        #expect(Set(open.map(\.stage)) == [0, 1, 2, 3, 4])
        #expect(Set(open.map(\.name)).count == 60)
        #expect(open.allSatisfy { DemoCompany.salon.people.indices.contains($0.owner) })
        let tags = Set(DemoCompany.salon.tags.map(\.name))
        #expect(open.compactMap(\.tag).allSatisfy { tags.contains($0) })
    }

    @Test(
        "have their tasks in working hours, whenever they are made, overdue as often as planned",
        arguments: 0..<24)
    func workingHours(hour: Int64) {
        let now = Moment(seconds: 1_790_000_000 + hour * 3_600)
        var plan = SeedPlan(.salon, now: now)
        let due = plan.deals(total: nil).compactMap(\.task?.due)
        #expect(!due.isEmpty)
        for at in due {
            let secondOfDay = (at + 3 * 3_600) % 86_400
            #expect((9 * 3_600..<20 * 3_600).contains(secondOfDay))
        }
        let overdue = DemoCompany.salon.openDeals.compactMap(\.task).count { $0.inHours < 0 }
        #expect(due.count { $0 <= now.seconds } == overdue)
    }

    @Test("can be made as large as asked")
    func size() {
        #expect(plan(.salon, total: 5_000).count == 5_000)
        #expect(plan(.salon, total: 70).count == 70)
    }
}
