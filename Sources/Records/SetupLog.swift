import Outbox
package import Postgres
package import Tenancy
package import Vocabulary
import Web

/// The log of how a company is set up. What is there is read before a change and after it, so that
/// nothing the change touches can be forgotten, whatever it is.
package enum SetupLog {
    /// Carries out a change and writes what it changed, in the caller's transaction; wake the relay
    /// after COMMIT.
    ///
    /// - Parameter image: gives rows of what may be changed: a word (events are called
    ///   `{word}_added`, `{word}_changed` and `{word}_deleted`), the id that the event is about, a
    ///   key that is unique among the rows of the same word and id, and the row as JSON text. It
    ///   has to lock what it reads, or its caller has.
    package static func logging<Result>(
        _ setup: Setup, _ image: PostgresStatement, by actorID: Int64, at: Moment,
        in transaction: TenantTransaction, _ change: () async throws -> Result
    ) async throws -> Result {
        let before = try rows(try await transaction.query(image))
        let result = try await change()
        let after = try rows(try await transaction.query(image))
        let drafts = try events(setup, before, after).map { $0.draft(by: actorID, at: at) }
        if !drafts.isEmpty { _ = try await transaction.query(Outbox.append(drafts)) }
        return result
    }

    private struct Row {
        let word: String
        let id: Int64
        let key: String
        let text: String

        var place: [String] { [word, String(id), key] }

        func value() throws -> JSONValue {
            .array([.made([(word, try JSONParser.parse(Array(text.utf8)))])])
        }
    }

    private static func rows(_ rows: PostgresRows) throws -> [Row] {
        try rows.map { row in
            let (word, id, key, text) = try row.decode(
                String.self, Int64.self, String.self, String.self)
            return Row(word: word, id: id, key: key, text: text)
        }
    }

    /// What went first, then what came or changed, each in the order of the image.
    private static func events(
        _ setup: Setup, _ before: [Row], _ after: [Row]
    ) throws -> [RecordEvent] {
        let old = Dictionary(before.map { ($0.place, $0) }) { first, _ in first }
        let kept = Set(after.map(\.place))
        let nothing = JSONValue.array([])
        let gone = try before.filter { !kept.contains($0.place) }.map { row in
            RecordEvent(
                "\(row.word)_deleted", setup, row.id, before: try row.value(), after: nothing)
        }
        return try gone
            + after.compactMap { row in
                guard let was = old[row.place] else {
                    return RecordEvent(
                        "\(row.word)_added", setup, row.id, before: nothing, after: try row.value()
                    )
                }
                if was.text == row.text { return nil }
                return RecordEvent(
                    "\(row.word)_changed", setup, row.id, before: try was.value(),
                    after: try row.value())
            }
    }
}
