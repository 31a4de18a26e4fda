package import Foundation

/// The numbered SQL files of one line, `shared` or `tenant`, read from disk.
package struct Migrations: Sendable {
    package struct File: Sendable {
        package let version: Int32
        package let name: String
        package let sql: String
    }

    package let files: [File]
    package var latest: Int32 { files.last?.version ?? 0 }

    /// - Parameter directory: e.g. `migrations/tenant`. Names are `NNNN_name.sql`, numbered from 1
    ///   without a gap.
    package init(directory: URL) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
            .filter { $0.hasSuffix(".sql") }.sorted()
        var files: [File] = []
        for name in names {
            guard let version = Int32(name.prefix(4)), version == Int32(files.count + 1) else {
                throw TenancyError.migrationMissing(name)
            }
            let sql = try String(
                contentsOf: directory.appendingPathComponent(name), encoding: .utf8)
            files.append(File(version: version, name: String(name.dropLast(4)), sql: sql))
        }
        self.files = files
    }

    package func after(_ version: Int32) -> ArraySlice<File> {
        files.drop { $0.version <= version }
    }
}
