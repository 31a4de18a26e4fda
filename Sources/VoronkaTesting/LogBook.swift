package import Logging
import Synchronization

/// Keeps what a server says, for tests of what it says.
package final class LogBook: Sendable {
    package struct Line: Sendable {
        package let level: Logger.Level
        package let message: String
        package let metadata: [String: String]

        package var text: String { "\(message) \(metadata)" }
    }

    private let kept = Mutex<[Line]>([])

    package init() {}

    package var lines: [Line] { kept.withLock { $0 } }

    /// Lines of one request, by its id.
    package func lines(of request: String) -> [Line] {
        lines.filter { $0.metadata["request"] == request }
    }

    package var logger: Logger {
        var logger = Logger(label: "test") { _ in Handler(book: self) }
        logger.logLevel = .debug
        return logger
    }

    private struct Handler: LogHandler {
        let book: LogBook
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .debug

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { $1 }
            let line = Line(
                level: event.level, message: event.message.description,
                metadata: all.mapValues { "\($0)" })
            book.kept.withLock { $0.append(line) }
        }
    }
}
