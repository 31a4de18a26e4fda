import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
package import Web

/// An open stream of server-sent events, read as a browser reads it.
package struct EventStream {
    /// One block up to its empty line; of a heartbeat everything is nil.
    package struct Block: Sendable {
        package var id: String?
        package var event: String?
        package var data: JSONValue?

        package var number: Int64? { id.flatMap { Int64($0) } }
    }

    private var body: HTTPClientResponse.Body.AsyncIterator
    private var rest: [UInt8] = []

    fileprivate init(_ response: HTTPClientResponse) { body = response.body.makeAsyncIterator() }

    /// nil: the server ended the stream.
    package mutating func nextBlock() async throws -> Block? {
        var block = Block()
        while let line = try await nextLine() {
            if line.isEmpty { return block }
            let parts = line.split(separator: ":", maxSplits: 1)
            let value = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
            switch parts.first {
            case "id": block.id = value
            case "event": block.event = value
            case "data": block.data = try JSONParser.parse(Array(value.utf8))
            default: break
            }
        }
        return nil
    }

    /// The next change or reset.
    package mutating func next() async throws -> Block? {
        while let block = try await nextBlock() {
            if block.event != nil { return block }
        }
        return nil
    }

    /// The next so many changes.
    package mutating func changes(_ count: Int) async throws -> [Block] {
        var blocks: [Block] = []
        while blocks.count < count, let block = try await next(), block.event == "change" {
            blocks.append(block)
        }
        return blocks
    }

    private mutating func nextLine() async throws -> String? {
        while true {
            if let end = rest.firstIndex(of: 10) {
                defer { rest.removeSubrange(...end) }
                return String(decoding: rest[..<end], as: UTF8.self)
            }
            guard let part = try await body.next(isolation: #isolation) else { return nil }
            rest.append(contentsOf: part.readableBytesView)
        }
    }
}

extension Caller {
    package struct NotOpened: Error {
        package let status: Int
        package let headers: [String: String]
    }

    /// Listens until `body` returns, and goes away.
    ///
    /// - Parameter lastEventID: what a browser that comes back sends.
    /// - Throws: `NotOpened`.
    package func listen<Result>(
        _ path: String = "/ui/stream", lastEventID: String? = nil,
        _ body: (inout EventStream) async throws -> Result
    ) async throws -> Result {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(server.port)\(path)")
        request.headers.add(name: "Host", value: host)
        request.headers.add(name: "Accept", value: "text/event-stream")
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let lastEventID { request.headers.add(name: "Last-Event-ID", value: lastEventID) }
        let response = try await RunningServer.client.execute(request, timeout: .minutes(5))
        guard response.status == .ok else {
            var headers: [String: String] = [:]
            for (name, value) in response.headers { headers[name.lowercased()] = value }
            throw NotOpened(status: Int(response.status.code), headers: headers)
        }
        var stream = EventStream(response)
        return try await body(&stream)
    }
}
