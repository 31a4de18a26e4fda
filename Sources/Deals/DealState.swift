import Postgres
import Records
import Vocabulary
import Web

/// A deal as a change needs to know it.
struct DealState: Sendable {
    let id: Int64
    let name: String
    let amount: Money
    let stage: StageKey
    let ownerID: Int64
    let lossReasonID: Int64?
    let version: Int64
    let fieldsText: String
    let tagIDs: [Int64]
    let companyID: Int64?
    let channel: DealChannel?
    let expectedCloseOn: Day?
    let closedAt: Moment?

    /// Of the row `d`; they come first in every statement that reads a state.
    static let columns: PostgresStatement = """
        d.id, d.name, d.amount_minor, d.pipeline_id, d.stage_id, d.owner_id, d.loss_reason_id, d.version,
        d.fields::text, d.tag_ids, d.company_id, d.channel, d.expected_close_on - DATE '1970-01-01',
        d.closed_at
        """
    static let columns_count = 14

    /// - Parameter isLocking: until the end of the transaction nobody else changes the deals.
    static func statement(
        _ ids: [Int64], for owners: Owners, isLocking: Bool = false
    ) -> PostgresStatement {
        let lock: PostgresStatement = isLocking ? "ORDER BY d.id FOR NO KEY UPDATE OF d" : ""
        return """
            SELECT \(columns)
            FROM deals AS d
            WHERE d.id = ANY(\(ids)) AND d.deleted_at IS NULL AND \(owners.condition("d"))
            \(lock)
            """
    }

    init(row: PostgresRow) throws {
        id = try row.decode(0, as: Int64.self)
        name = try row.decode(1, as: String.self)
        amount = Money(minor: try row.decode(2, as: Int64.self))
        stage = StageKey(
            pipelineID: try row.decode(3, as: Int64.self),
            stageID: try row.decode(4, as: Int64.self))
        ownerID = try row.decode(5, as: Int64.self)
        lossReasonID = try row.decode(6, as: Int64?.self)
        version = try row.decode(7, as: Int64.self)
        fieldsText = try row.decode(8, as: String.self)
        tagIDs = try row.decode(9, as: [Int64].self)
        companyID = try row.decode(10, as: Int64?.self)
        channel = try row.decode(11, as: String?.self).flatMap { DealChannel(rawValue: $0) }
        expectedCloseOn = try row.decode(12, as: Int32?.self).map { Day(number: Int64($0)) }
        closedAt = try row.decode(13, as: Moment?.self)
    }

    func fields() throws -> JSONValue { try JSONParser.parse(Array(fieldsText.utf8)) }
}
