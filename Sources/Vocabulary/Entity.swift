/// The kinds of record that notes, tasks, tags, custom fields and events hang on.
/// The raw value is the word in SQL; the HTTP edge has amoCRM's words (`leads`, `contacts`,
/// `companies`, `tasks`).
package enum EntityType: String, Sendable, Codable, CaseIterable {
    case deal, contact, company, task
}

/// What administrators shape: how the company is set up, and who works in it.
/// The raw value is the word in SQL and in events.
package enum Setup: String, Sendable, CaseIterable {
    case pipeline
    case lossReason = "loss_reason"
    case customField = "custom_field"
    case tag, user, role, token

    /// Whether every member may read it as it is: it is on his screens.
    fileprivate var isForEveryone: Bool {
        switch self {
        case .pipeline, .lossReason, .customField, .tag: true
        case .user, .role, .token: false
        }
    }
}

/// What an event is about.
package enum Subject: Sendable, Hashable {
    case record(EntityType)
    case setup(Setup)
    /// Written by a newer version of the program.
    case unknown(String)

    package static let deal = Subject.record(.deal)

    package init(rawValue: String) {
        self =
            EntityType(rawValue: rawValue).map { .record($0) }
            ?? Setup(rawValue: rawValue).map { .setup($0) } ?? .unknown(rawValue)
    }

    package var rawValue: String {
        switch self {
        case .record(let entity): entity.rawValue
        case .setup(let setup): setup.rawValue
        case .unknown(let word): word
        }
    }
}

extension Actor {
    /// Whether he is told of changes, in the log and on open screens: of what every member may read
    /// anyway; who works here with which rights and tokens is the administrators' business.
    package func sees(_ setup: Setup) -> Bool { isAdministrator || setup.isForEveryone }
}
