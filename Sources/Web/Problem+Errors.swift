import HTTPTypes
import Hummingbird
import Postgres
import Vocabulary

extension Problem {
    /// The one table from what is thrown to what is answered. nil: our bug, to be logged loudly.
    package static func from(_ error: any Error) -> Problem? {
        switch error {
        case let problem as Problem: problem
        case is Unauthenticated:
            Problem(.unauthorized, headers: [.wwwAuthenticate: "Bearer"])
        case is NotFound: Problem(.notFound)
        case let batch as BatchRefusal: from(batch)
        case let refusal as any Refusal: from(refusal)
        case let error as PostgresError: from(error)
        case is CancellationError: Problem.unavailable()
        case let error as HTTPError: Problem(error.status)
        default: nil
        }
    }

    private static func from(_ batch: BatchRefusal) -> Problem {
        let status = batch.items.first?.refusals.first?.status ?? 400
        var problem = Problem(HTTPResponse.Status(code: status))
        problem.invalid = batch.items.map {
            Invalid(requestID: $0.requestID, refusals: $0.refusals)
        }
        return problem
    }

    private static func from(_ refusal: any Refusal) -> Problem {
        // Only a 400 is about fields; the rest say in words what is wrong, and where if they know.
        if refusal.status == 400 {
            return from(BatchRefusal([.init(requestID: "0", refusals: [refusal])]))
        }
        var problem = Problem(HTTPResponse.Status(code: refusal.status), refusal.detail)
        if !refusal.path.isEmpty {
            problem.invalid = [Invalid(requestID: "0", refusals: [refusal])]
        }
        if refusal.status == 503 { problem.headers[.retryAfter] = "2" }
        return problem
    }

    private static func from(_ error: PostgresError) -> Problem? {
        if error.isUnavailable || error.code == .cancelled || error.isStatementTimeout
            || error.isLockTimeout || error.isDeadlock || error.isSerializationFailure
        {
            return .unavailable()
        }
        // Found before sending: a text that PostgreSQL cannot store.
        if error.code == .encoding { return Problem(.badRequest) }
        return nil
    }
}
