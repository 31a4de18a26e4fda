import UnixSignals

/// Ctrl-C and SIGTERM for commands that must clear away what they began.
package enum Interruption {
    package struct Interrupted: Error, CustomStringConvertible {
        package let description = "interrupted"
    }

    /// Runs `body`; a signal cancels it, and its end is waited for.
    ///
    /// - Throws: `Interrupted` after a signal, else what `body` throws.
    package static func cancelling(
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
                    throw Interrupted()
                }
            }
            group.addTask { try await body() }
            defer { group.cancelAll() }
            // Whichever ends first: the work, or the wait for a signal by throwing.
            try await group.next()
        }
    }
}
