import FoundationEssentials
import Postgres

/// What must be forgotten at once by every server, as it travels in NOTIFY's payload.
enum Invalidation: Sendable, Hashable {
    case user(Int64)
    case tenant(Int64)
    case token(UUID)
    case session(SecretDigest)

    /// On the control database. Sent with the change, in its transaction: it arrives after COMMIT
    /// or not at all.
    static let channel = PostgresIdentifier(literal: "voronka_identity")

    var payload: String {
        switch self {
        case .user(let id): "user:\(id)"
        case .tenant(let id): "tenant:\(id)"
        case .token(let id): "token:\(id.uuidString)"
        case .session(let digest): "session:" + Data(digest.bytes).base64EncodedString()
        }
    }

    /// nil: from a newer server; forget everything to be safe.
    init?(payload: String) {
        let parts = payload.split(separator: ":", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        let value = String(parts[1])
        switch parts[0] {
        case "user":
            guard let id = Int64(value) else { return nil }
            self = .user(id)
        case "tenant":
            guard let id = Int64(value) else { return nil }
            self = .tenant(id)
        case "token":
            guard let id = UUID(uuidString: value) else { return nil }
            self = .token(id)
        case "session":
            guard let bytes = Data(base64Encoded: value) else { return nil }
            self = .session(SecretDigest(bytes: Array(bytes)))
        default: return nil
        }
    }

}
