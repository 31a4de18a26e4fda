package import Foundation

/// The instance's secret: database passwords derive from it, tokens are signed with it, stored
/// secrets are
/// encrypted with it. Whoever has it has everything.
package enum Secret {
    package static let bytes_min = 32

    /// The content of the file.
    /// - Throws: `SettingsError` when it is missing, short, or readable for others.
    package static func read(_ file: URL) throws -> Data {
        guard let content = FileManager.default.contents(atPath: file.path) else {
            throw SettingsError(
                "The secret file \(file.path) cannot be read; `voronka migrate` makes one.")
        }
        let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions]
        if let mode = mode as? Int, mode & 0o077 != 0 {
            throw SettingsError("The secret file \(file.path) is open to others; chmod 600 it.")
        }
        let text = content.filter { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        guard text.count >= bytes_min else {
            throw SettingsError("The secret in \(file.path) is shorter than \(bytes_min) bytes.")
        }
        return text
    }

    /// Reads the file, and makes it (mode 0600) when there is none.
    package static func readOrCreate(_ file: URL) throws -> Data {
        if FileManager.default.fileExists(atPath: file.path) { return try read(file) }
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        var generator = SystemRandomNumberGenerator()
        let words = (0..<6).map { _ in String(generator.next(), radix: 36) }
        let content = Data((words.joined() + "\n").utf8)
        let made = FileManager.default.createFile(
            atPath: file.path, contents: content, attributes: [.posixPermissions: 0o600])
        guard made else { throw SettingsError("The secret file \(file.path) cannot be made.") }
        return try read(file)
    }
}
