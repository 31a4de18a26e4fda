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
        case let error as PostgresError: "\(error)"
        default: String(describing: error)
        }
    }
}
