import Crypto
package import Foundation
import HTTPTypes
package import Hummingbird
import NIOCore

/// The front end's files, read once at start and served from memory under `/a/<build>/…`, for ever.
package struct Assets: Sendable {
    struct File: Sendable {
        let type: String
        let plain: ByteBuffer
        /// nil: does not get smaller.
        let gzipped: ByteBuffer?
    }

    /// A hash of every file: another content is another address.
    package let build: String
    /// `/a/1f3a…`
    package var prefix: String { "/a/\(build)" }
    private let files: [String: File]

    /// - Parameter directory: `web/static`.
    package init(directory: URL) throws {
        var files: [String: File] = [:]
        var hash = SHA256()
        let root = directory.resolvingSymlinksInPath().path
        let names = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
        for name in names.sorted()
        where !name.split(separator: "/").contains(where: { $0.hasPrefix(".") }) {
            let url = URL(fileURLWithPath: root).appendingPathComponent(name)
            guard try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile ?? false else {
                continue
            }
            let content = try name.hasSuffix(".css") ? Self.styles(at: url) : Data(contentsOf: url)
            hash.update(data: Data(name.utf8))
            hash.update(data: content)
            let type = Self.type(of: name)
            let plain = ByteBuffer(bytes: content)
            files[name] = File(
                type: type.name, plain: plain,
                gzipped: type.isText ? Gzip.compress(plain, .thorough) : nil)
        }
        self.files = files
        build = hash.finalize().prefix(8).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    package var isEmpty: Bool { files.isEmpty }
    package func has(_ name: String) -> Bool { files[name] != nil }

    /// Names below a folder, sorted; for the list of modules to load ahead.
    package func names(under folder: String) -> [String] {
        files.keys.filter { $0.hasPrefix(folder) }.sorted()
    }

    package func addRoutes(to router: some RouterMethods<AnonymousContext>) {
        router.get("/a/:build/**") { request, context in
            try respond(request, context.parameters.getCatchAll().joined(separator: "/"))
        }
    }

    private func respond(_ request: Request, _ name: String) throws -> Response {
        guard let file = files[name] else { throw Problem(.notFound) }
        var headers: HTTPFields = [
            .contentType: file.type, .cacheControl: "public, max-age=31536000, immutable",
            .vary: "Accept-Encoding",
        ]
        guard Compression.accepts(request.headers[.acceptEncoding]), let gzipped = file.gzipped
        else {
            return Response(status: .ok, headers: headers, body: .init(byteBuffer: file.plain))
        }
        headers[.contentEncoding] = "gzip"
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: gzipped))
    }

    private static func styles(at url: URL) throws -> Data { try Data(sheet(at: url).utf8) }

    /// A style sheet with the sheets of its folder that it imports put in their place: a browser
    /// would fetch them one after another, and together they are a quarter smaller. Indents and the
    /// comments that have a line to themselves are for whoever writes it.
    private static func sheet(at url: URL) throws -> String {
        let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
        return try lines.map { $0.trimmingCharacters(in: .whitespaces) }.compactMap { line in
            if line.hasPrefix("@import \""), line.hasSuffix(".css\";") {
                let name = String(line.dropFirst(9).dropLast(2))
                return try sheet(at: url.deletingLastPathComponent().appendingPathComponent(name))
            }
            let isComment =
                line.hasPrefix("/*") && line.firstRange(of: "*/")?.upperBound == line.endIndex
            return isComment || line.isEmpty ? nil : line
        }.joined(separator: "\n")
    }

    private static func type(of name: String) -> (name: String, isText: Bool) {
        switch name.split(separator: ".").last {
        case "js": ("text/javascript; charset=utf-8", true)
        case "css": ("text/css; charset=utf-8", true)
        case "json": ("application/json", true)
        case "svg": ("image/svg+xml", true)
        case "txt": ("text/plain; charset=utf-8", true)
        case "woff2": ("font/woff2", false)
        case "png": ("image/png", false)
        case "ico": ("image/x-icon", false)
        default: ("application/octet-stream", false)
        }
    }
}
