import CZlib
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Testing
import Vocabulary

@testable import Web

@Suite("Compression")
struct CompressionTests {
    private static let long = #"{"text": "\#(String(repeating: "Свадебный образ, ", count: 400))"}"#

    /// A server of the answers below and of a folder of assets.
    private func answer(
        to method: HTTPRequest.Method = .get, _ path: String, accepting: String?
    ) async throws -> TestResponse {
        let folder = try Self.folder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let assets = try Assets(directory: folder)
        let router = Router(context: AnonymousContext.self)
        let edge = Edge.Configuration(
            hosts: HostNames(baseDomains: ["localhost"]), time: TimeSource { Moment(seconds: 0) }
        ) { _ in nil }
        router.add(middleware: Edge(edge, pages: NoPages(), allowed: AllowedMethods()))
        assets.addRoutes(to: router)
        for method: HTTPRequest.Method in [.get, .post] {
            router.on("long", method: method) { _, _ in Response.json(Self.long) }
        }
        router.get("short") { _, _ in Response.json("{}") }
        router.get("tagged") { _, _ in Response.json(Self.long).tagged(version: 3) }
        let application = Application(
            responder: router.buildResponder(),
            logger: Logger(label: "test") { _ in
                SwiftLogNoOpLogHandler()
            })
        let uri = path.replacingOccurrences(of: "BUILD", with: assets.prefix)
        return try await application.test(.router) { client in
            try await client.executeRequest(
                uri: uri, method: method,
                headers: accepting.map { [.acceptEncoding: $0] } ?? [:], body: nil)
        }
    }

    private static func folder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("voronka-assets-\(UUID().uuidString)")
        let styles = folder.appendingPathComponent("css")
        try FileManager.default.createDirectory(at: styles, withIntermediateDirectories: true)
        let card = String(repeating: ".card { color: red }\n", count: 200)
        let sheet = """
            /* The cards come first. */
            @import "card.css";

            @media print {
              /* without */
              body { margin: 0 } /* any */
            }

            """
        try Data(sheet.utf8)
            .write(to: styles.appendingPathComponent("app.css"))
        try Data(card.utf8).write(to: styles.appendingPathComponent("card.css"))
        return folder
    }

    @Test("a large answer is packed for who takes gzip, and unpacks to itself")
    func large() async throws {
        let packed = try await answer("/long", accepting: "br;q=1.0, gzip;q=0.8, *;q=0.1")
        #expect(packed.headers[.contentEncoding] == "gzip")
        #expect(packed.headers[.vary] == "Accept-Encoding")
        #expect(packed.body.readableBytes < Self.long.utf8.count / 10)
        #expect(unpacked(packed.body) == Self.long)
    }

    @Test(
        "who does not take gzip gets it plain, and the cache is told that there are two",
        arguments: [nil, "", "br", "gzip;q=0", "identity, *;q=0"])
    func plain(_ accepting: String?) async throws {
        let plain = try await answer("/long", accepting: accepting)
        #expect(plain.headers[.contentEncoding] == nil)
        #expect(plain.headers[.vary] == "Accept-Encoding")
        #expect(String(buffer: plain.body) == Self.long)
    }

    @Test("short answers, tagged answers and answers to a POST stay as they are")
    func left() async throws {
        for (method, path) in [
            (HTTPRequest.Method.get, "/short"), (.get, "/tagged"), (.post, "/long"),
        ] {
            let answer = try await answer(to: method, path, accepting: "gzip")
            #expect(answer.headers[.contentEncoding] == nil, "\(method) \(path)")
        }
    }

    @Test(
        "a style sheet carries the sheets that it imports, packed once, without indents and comments"
    )
    func styles() async throws {
        let packed = try await answer("BUILD/css/app.css", accepting: "gzip")
        #expect(packed.headers[.contentEncoding] == "gzip")
        let plain = try await answer("BUILD/css/app.css", accepting: nil)
        let text = String(buffer: plain.body)
        #expect(text == unpacked(packed.body))
        #expect(!text.contains("@import"))
        #expect(text.hasPrefix(".card { color: red }\n.card"))
        #expect(
            text.hasSuffix(
                ".card { color: red }\n@media print {\nbody { margin: 0 } /* any */\n}"))
    }

    @Test("nothing packs to nothing smaller")
    func noise() {
        #expect(Gzip.compress(ByteBuffer(), .thorough) == nil)
        #expect(Gzip.compress(ByteBuffer(string: "ы"), .quick) == nil)
    }

    private func unpacked(_ packed: ByteBuffer) -> String {
        var stream = unsafe z_stream()
        let size = Int32(unsafe MemoryLayout<z_stream>.size)
        #expect(unsafe inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, size) == Z_OK)
        defer { _ = unsafe inflateEnd(&stream) }
        var plain = [UInt8](repeating: 0, count: 1 << 20)
        let count = unsafe plain.withUnsafeMutableBufferPointer { output in
            unsafe packed.withUnsafeReadableBytes { input in
                unsafe stream.next_in = UnsafeMutablePointer(
                    mutating: input.bindMemory(to: Bytef.self).baseAddress)
                unsafe stream.avail_in = UInt32(input.count)
                unsafe stream.next_out = output.baseAddress
                unsafe stream.avail_out = UInt32(output.count)
                #expect(unsafe inflate(&stream, Z_FINISH) == Z_STREAM_END)
                return unsafe Int(stream.total_out)
            }
        }
        return String(decoding: plain.prefix(count), as: UTF8.self)
    }
}

private struct NoPages: ErrorPages {
    func errorPage(_ problem: Problem, _ context: AnonymousContext) -> Response {
        Response(status: problem.status)
    }
}
