import Foundation
import Postgres
import Vocabulary

/// Errors in words that help an operator.
enum Plain {
    static func words(for error: any Error) -> String {
        switch error {
        case let batch as BatchRefusal:
            batch.items.flatMap(\.refusals).map(words(for:)).joined(separator: "\n")
        case let refusal as any Refusal:
            refusal.path.isEmpty ? refusal.detail(.en) : "\(refusal.path): \(refusal.detail(.en))"
        case is NotFound: "There is no such record."
        case let error as PostgresError: words(of: error)
        default: String(describing: error)
        }
    }

    /// The server's own words on one line; where they came from is of no use to an operator.
    private static func words(of error: PostgresError) -> String {
        let message = error.message.split(separator: "\n").first ?? ""
        let state = error.sqlState.map { " (\($0))" } ?? ""
        return "PostgreSQL: \(message)\(state)"
    }
}
