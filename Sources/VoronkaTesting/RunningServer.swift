package import App
import AsyncHTTPClient
import Foundation
package import Identity
import Logging
package import NIOCore
import NIOHTTP1
import ServiceLifecycle
package import Tenancy
package import Web

/// A whole server on a free port of this machine, as its clients meet it: by socket.
package struct RunningServer: Sendable {
    package let instance: Instance
    package let port: Int
    /// Of /health and /metrics.
    package let operationsPort: Int
    /// Everything the server said.
    package let log: LogBook
    private let group: ServiceGroup

    package struct Answer: Sendable {
        package let status: Int
        /// Lower-case names; of repeated headers the last.
        package let headers: [String: String]
        package let text: String
        /// null when there is no JSON.
        package let json: JSONValue

        package func at(_ path: String) -> JSONValue? { json.at(path) }
        package var retryAfter: String? { headers["retry-after"] }
    }

    /// Starts a server for the time of `body`, and waits until it has stopped.
    ///
    /// - Parameters:
    ///   - tenants: run by the server: its pools are closed afterwards.
    ///   - change: what is to differ from the configuration of tests (no rate limits, cheap
    ///     passwords, no sweeps over the companies of other tests).
    package static func with<Result: Sendable>(
        _ tenants: Tenants, provision: Identity.Provision? = nil,
        change: (inout Instance.Configuration) -> Void = { _ in },
        _ body: @Sendable (RunningServer) async throws -> Result
    ) async throws -> Result {
        var configuration = Instance.Configuration(
            share: TestDatabase.migrations.deletingLastPathComponent(),
            secret: [UInt8](TestDatabase.secret))
        configuration.apiRate = .init(perSecond: 0)
        configuration.uiRate = .init(perSecond: 0)
        configuration.scryptCost = .testing
        configuration.sweepRest = nil
        change(&configuration)
        let log = LogBook()
        let instance = try await Instance(
            configuration, tenants: tenants, logger: log.logger, provision: provision)
        let (ports, announce) = AsyncStream<Int>.makeStream()
        let (otherPorts, announceOther) = AsyncStream<Int>.makeStream()
        let application = instance.application(host: "127.0.0.1", port: 0) { announce.yield($0) }
        let operations = instance.operations(host: "127.0.0.1", port: 0) {
            announceOther.yield($0)
        }
        let group = ServiceGroup(
            configuration: .init(
                services: instance.backgroundServices + [operations, application],
                logger: log.logger))
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer {
                    announce.finish()
                    announceOther.finish()
                }
                try await group.run()
            }
            guard let port = await ports.first(where: { _ in true }),
                let operationsPort = await otherPorts.first(where: { _ in true })
            else {
                try await tasks.waitForAll()
                throw NeverListened()
            }
            let server = RunningServer(
                instance: instance, port: port, operationsPort: operationsPort, log: log,
                group: group)
            let outcome: Swift.Result<Result, any Error>
            do { outcome = .success(try await body(server)) } catch { outcome = .failure(error) }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return try outcome.get()
        }
    }

    package struct NeverListened: Error {}

    /// What SIGTERM does.
    package func stop() async { await group.triggerGracefulShutdown() }

    /// - Parameter path: with its query, as it goes over the wire.
    package func call(
        _ method: String, _ path: String, host: String, body: [UInt8]? = nil,
        headers: [(String, String)] = []
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = HTTPMethod(rawValue: method)
        request.headers.add(name: "Host", value: host)
        if body != nil, !headers.contains(where: { $0.0.lowercased() == "content-type" }) {
            request.headers.add(name: "Content-Type", value: "application/json")
        }
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
        return try await Self.send(request)
    }

    /// What the operator's machines ask.
    package func ask(_ path: String) async throws -> Answer {
        try await Self.send(HTTPClientRequest(url: "http://127.0.0.1:\(operationsPort)\(path)"))
    }

    /// A body of unknown length, in pieces.
    package func upload(
        _ pieces: some AsyncSequence<ByteBuffer, Never> & Sendable, to path: String, host: String,
        headers: [(String, String)]
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.method = .POST
        request.headers.add(name: "Host", value: host)
        request.headers.add(name: "Content-Type", value: "application/json")
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        request.body = .stream(pieces, length: .unknown)
        return try await Self.send(request)
    }

    private static func send(_ request: HTTPClientRequest) async throws -> Answer {
        let response = try await client.execute(request, timeout: .seconds(60))
        let bytes = try await response.body.collect(upTo: 64 << 20)
        let text = String(buffer: bytes)
        var headers: [String: String] = [:]
        for (name, value) in response.headers { headers[name.lowercased()] = value }
        let isJSON = headers["content-type"]?.contains("json") ?? false
        return Answer(
            status: Int(response.status.code), headers: headers, text: text,
            json: isJSON && !text.isEmpty ? try JSONParser.parse(Array(text.utf8)) : .null)
    }

    /// Does not follow redirects: they are answers.
    static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.connectionPool.idleTimeout = .seconds(2)
        // Streams keep theirs.
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()
}
