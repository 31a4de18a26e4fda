import Foundation
import Tenancy
import Testing
import Vocabulary

@testable import Outbox

@Suite("The relay's queue")
struct RelayQueueTests {
    private func tenant(_ id: Int64, cell: Int64) throws -> Tenant {
        Tenant(
            id: id, uuid: UUID(), slug: "t\(id)", schemaKey: .random(),
            cell: try #require(Cell(id: cell, dsn: nil)), state: .active, schemaVersion: 1,
            language: .ru, timeZone: "Europe/Moscow", currency: "RUB")
    }

    @Test("works on a tenant once at a time and keeps what comes meanwhile")
    func once() throws {
        var queue = RelayQueue()
        let salon = try tenant(1, cell: 1)
        let isNew = [queue.add(salon), queue.add(salon)]
        #expect(isNew == [true, false])
        #expect(ids(queue.start(perCell_max: 4)) == [1])
        let isNewWhileBusy = [
            queue.add(salon, announcedFrom: 9), queue.add(salon, announcedFrom: 7),
            queue.add(salon),
        ]
        #expect(isNewWhileBusy == [true, false, false])
        #expect(ids(queue.start(perCell_max: 4)) == [])
        let somebodyWaits = queue.finish(salon)
        #expect(somebodyWaits)
        let again = queue.start(perCell_max: 4)
        #expect(again.map(\.announcedFrom) == [7])
        #expect(again.map(\.isWoken) == [true])
        let nobodyWaits = !queue.finish(salon)
        #expect(nobodyWaits)
        #expect(ids(queue.start(perCell_max: 4)) == [])
    }

    @Test("a cell that does not answer holds up its own places only")
    func stuckCell() throws {
        var queue = RelayQueue()
        let stuck = try (1...6).map { try tenant($0, cell: 1) }
        let others = try (7...9).map { try tenant($0, cell: 2) }
        for one in stuck + others { _ = queue.add(one) }
        #expect(ids(queue.start(perCell_max: 2)) == [1, 2, 7, 8])
        for one in others.prefix(2) { _ = queue.finish(one) }
        #expect(ids(queue.start(perCell_max: 2)) == [9])
        _ = queue.finish(stuck[0])
        #expect(ids(queue.start(perCell_max: 2)) == [3])
    }

    private func ids(_ jobs: [RelayQueue.Job]) -> [Int64] { jobs.map(\.tenant.id) }
}
