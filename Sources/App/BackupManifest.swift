import Crypto
import Foundation
import Tenancy

/// What an archive holds, and what it cannot say itself: roles belong to the server, not to the
/// database. Written last, so that a directory without it is no backup.
struct BackupManifest: Codable, Sendable {
    struct Company: Codable, Sendable {
        let schemaKey: String
        let slug: String
        /// false: it is suspended, and its login must not get the role back.
        let isActive: Bool
    }

    /// One file of the archive, with what proves that it is whole.
    struct Part: Codable, Sendable, Hashable {
        /// Below the archive, e.g. `files/ab/cd…`.
        let path: String
        let bytes: Int
        let sha256: String
    }

    static let name = "manifest.json"
    static let database = "database.dump"
    static let secret = "secret"
    static let files = "files"
    /// What this program writes and reads.
    static let format = 1

    var format = Self.format
    let madeAt: Date
    /// Tables of the companies and of the control schema together; for the progress of a restore.
    let tables: Int
    /// The newest migration of each line that the data has.
    let sharedVersion: Int32
    let tenantVersion: Int32
    let companies: [Company]
    let parts: [Part]

    /// - Throws: `SettingsError` for what is no backup of ours, or is one of a later format.
    static func read(from archive: URL) throws -> BackupManifest {
        let file = archive.appendingPathComponent(name)
        guard let content = FileManager.default.contents(atPath: file.path) else {
            throw SettingsError("\(archive.path) is no finished backup: it has no \(name).")
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        decoder.dateDecodingStrategy = .iso8601
        struct Head: Decodable { let format: Int }
        guard let head = try? decoder.decode(Head.self, from: content) else {
            throw SettingsError("\(file.path) is damaged.")
        }
        guard head.format == format else {
            throw SettingsError(
                "The backup has format \(head.format); this program reads format \(format).")
        }
        do {
            return try decoder.decode(BackupManifest.self, from: content)
        } catch {
            throw SettingsError("\(file.path) is damaged.")
        }
    }

    func write(to archive: URL) throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try PrivateFile.write(
            encoder.encode(self) + Data("\n".utf8), to: archive.appendingPathComponent(Self.name))
    }

    /// Every part is there and is what was written, and the companies have schemas of ours; nothing
    /// else of the archive is ever read.
    ///
    /// - Throws: `BackupError` naming the first file or schema that is not.
    func verify(in archive: URL) throws {
        for company in companies where SchemaKey(company.schemaKey) == nil {
            throw BackupError("The manifest names no schema of ours: \(company.schemaKey).")
        }
        for part in parts {
            let steps = part.path.split(separator: "/", omittingEmptySubsequences: false)
            if steps.contains(where: { ["", ".", ".."].contains($0) }) {
                throw BackupError("The manifest names \"\(part.path)\", which is no file of it.")
            }
            let file = archive.appendingPathComponent(part.path)
            guard PrivateFile.isFile(file) else {
                throw BackupError("The backup lacks \(part.path).")
            }
            let found = try PrivateFile.measure(file)
            if found.bytes != part.bytes {
                throw BackupError(
                    "\(part.path) has \(found.bytes) bytes instead of \(part.bytes): the backup is damaged."
                )
            }
            if found.sha256 != part.sha256 {
                throw BackupError("\(part.path) is not what was written: the backup is damaged.")
            }
        }
        for needed in [Self.database, Self.secret]
        where !parts.contains(where: { $0.path == needed }) {
            throw BackupError("The manifest does not name \(needed).")
        }
    }
}

/// A backup or restore that did not work out; one clear line.
package struct BackupError: Error, CustomStringConvertible {
    package let description: String
    init(_ description: String) { self.description = description }
}

/// Files that nobody else on the machine may read.
enum PrivateFile {
    static let chunk_bytes = 1 << 20

    static func write(_ data: Data, to file: URL) throws {
        let made = FileManager.default.createFile(
            atPath: file.path, contents: data, attributes: [.posixPermissions: 0o600])
        if !made { throw BackupError("\(file.path) cannot be written.") }
    }

    static func makeDirectory(_ directory: URL) throws {
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700]
        )
    }

    /// Is there a file, perhaps behind a link, and no directory?
    static func isFile(_ file: URL) -> Bool {
        let attributes = try? FileManager.default.attributesOfItem(
            atPath: file.resolvingSymlinksInPath().path)
        return attributes?[.type] as? FileAttributeType == .typeRegular
    }

    static func measure(_ file: URL) throws -> (bytes: Int, sha256: String) {
        try read(file) { _ in }
    }

    /// Copies and measures in one reading.
    static func copy(_ source: URL, to target: URL) throws -> (bytes: Int, sha256: String) {
        try makeDirectory(target.deletingLastPathComponent())
        try write(Data(), to: target)
        let handle = try FileHandle(forWritingTo: target)
        defer { handle.closeFile() }
        let measured = try read(source) { try handle.write(contentsOf: $0) }
        try handle.synchronize()
        return measured
    }

    private static func read(
        _ file: URL, _ body: (Data) throws -> Void
    ) throws -> (bytes: Int, sha256: String) {
        let handle = try FileHandle(forReadingFrom: file)
        defer { handle.closeFile() }
        var hash = SHA256()
        var bytes = 0
        while let chunk = try handle.read(upToCount: chunk_bytes), !chunk.isEmpty {
            try Task.checkCancellation()
            hash.update(data: chunk)
            bytes += chunk.count
            try body(chunk)
        }
        let hex = hash.finalize().map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }
        return (bytes, hex.joined())
    }

    /// Regular files below a directory, as paths relative to it, in order. Links are not followed.
    static func list(_ directory: URL) -> [String] {
        guard let walker = FileManager.default.enumerator(atPath: directory.path) else { return [] }
        return walker.compactMap { $0 as? String }
            .filter { path in
                let attributes = try? FileManager.default.attributesOfItem(
                    atPath: directory.appendingPathComponent(path).path)
                return attributes?[.type] as? FileAttributeType == .typeRegular
            }
            .sorted()
    }
}
