import Foundation
package import Logging
package import Vocabulary

/// `voronka doctor`: looks at everything that the server needs.
package struct Checkup: Sendable {
    package struct Finding: Sendable, Codable {
        package let name: String
        package let isWell: Bool
        package let detail: String

        init(_ name: String, isWell: Bool = true, _ detail: String) {
            self.name = name
            self.isWell = isWell
            self.detail = detail
        }
    }

    /// Less than this free, and a busy day may fill the disk.
    static let freeDisk_MB_min = 512

    let settings: Settings
    let logger: Logger
    let time: TimeSource

    package init(_ settings: Settings, logger: Logger, time: TimeSource = .system) {
        self.settings = settings
        self.logger = logger
        self.time = time
    }

    package func run() async -> [Finding] {
        var findings = [disk(), domains(), front()]
        do {
            let secret = try Secret.read(settings.secretFile)
            findings.insert(Finding("secret", settings.secretFile.path), at: 0)
            findings += await database(secret)
        } catch {
            findings.insert(Finding("secret", isWell: false, "\(error)"), at: 0)
            findings.append(
                Finding(
                    "PostgreSQL", isWell: false,
                    "not asked, because the passwords derive from the secret"))
        }
        return findings
    }

    private func disk() -> Finding {
        let attributes = try? FileManager.default.attributesOfFileSystem(
            forPath: settings.dataDirectory.path)
        guard let free = attributes?[.systemFreeSize] as? NSNumber else {
            return Finding("disk", isWell: false, "there is no \(settings.dataDirectory.path)")
        }
        let megabytes = free.intValue >> 20
        return Finding(
            "disk", isWell: megabytes >= Self.freeDisk_MB_min, "\(megabytes) MB free")
    }

    private func domains() -> Finding {
        Finding(
            "base domains", isWell: !settings.baseDomains.isEmpty,
            settings.baseDomains.joined(separator: ", "))
    }

    private func front() -> Finding {
        let shell = settings.shareDirectory.appendingPathComponent("web/templates/app.mustache")
        let isThere = FileManager.default.fileExists(atPath: shell.path)
        return Finding("web files", isWell: isThere, settings.shareDirectory.path)
    }
}
