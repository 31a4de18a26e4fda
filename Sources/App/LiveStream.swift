import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Outbox
import ServiceLifecycle
import Tenancy
import Vocabulary
import Web

/// `GET /ui/stream`: what changes in the company, as server-sent events, to whoever may see it.
///
/// Resumes after `Last-Event-ID` (or `?after=`) from the outbox; too far back, or too slow, gives
/// `event: reset`,
/// which tells the page to load afresh.
struct LiveStream: Sendable {
    let feed: LiveFeed
    let relay: Relay

    /// Keeps proxies from closing a quiet stream, and finds out that the other end is gone.
    static let heartbeat_s = 15
    private static let lastEventID = HTTPField.Name("Last-Event-ID")

    func addRoutes(ui: RouterGroup<TenantContext>) {
        ui.get("stream") { request, context in try stream(request, context) }
    }

    private func stream(_ request: Request, _ context: TenantContext) throws -> Response {
        let header = Self.lastEventID.flatMap { request.headers[$0] }
        let after = try header.flatMap { Int64($0) } ?? Query(request).int64("after")
        // Before the replay, so that nothing falls between the two.
        let messages = feed.subscribe(tenantID: context.tenant.tenant.id)
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store",
                Self.noBuffering: "no",
            ],
            body: ResponseBody { writer in
                do {
                    try await write(messages, after: after, context, to: &writer)
                } catch is CancellationError {
                    // The server stops, or the client is gone.
                }
                try await writer.finish(nil)
            })
    }

    private static let noBuffering = HTTPField.Name("X-Accel-Buffering") ?? .server

    @concurrent private func write(
        _ messages: AsyncStream<LiveFeed.Message>, after: Int64?, _ context: TenantContext,
        to writer: inout any ResponseBodyWriter
    ) async throws {
        var sent = after ?? 0
        try await writer.write(ByteBuffer(string: "retry: 2000\n\n"))
        if let after {
            let (missed, newest) = try await relay.replay(context.tenant, after: after)
            guard let missed else {
                // With the number to go on from: without it the browser would come back with the
                // same one, and be sent away again.
                try await writer.write(
                    ByteBuffer(string: "id: \(newest)\nevent: reset\ndata: {}\n\n"))
                return
            }
            for event in missed { try await write(event, context, &sent, &writer) }
        }
        let (frames, continuation) = AsyncStream<Frame>.makeStream(
            bufferingPolicy: .bufferingNewest(LiveFeed.bufferedEvents_max + 1))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await message in messages.cancelOnGracefulShutdown() {
                    if case .dropped = continuation.yield(.message(message)) {
                        continuation.yield(.message(.reset))
                    }
                }
                continuation.finish()
            }
            group.addTask {
                while !Task.isCancelled {
                    try await Task.sleep(for: .seconds(Self.heartbeat_s))
                    continuation.yield(.heartbeat)
                }
            }
            for await frame in frames {
                if try await !write(frame, context, &sent, &writer) { break }
            }
            group.cancelAll()
        }
    }

    /// Gives false after the last frame.
    @concurrent private func write(
        _ frame: Frame, _ context: TenantContext, _ sent: inout Int64,
        _ writer: inout any ResponseBodyWriter
    ) async throws -> Bool {
        switch frame {
        case .heartbeat: try await writer.write(ByteBuffer(string: ": \n\n"))
        case .message(.reset):
            try await writer.write(ByteBuffer(string: "event: reset\ndata: {}\n\n"))
            return false
        case .message(.change(let event)):
            if event.streamNo > sent { try await write(event, context, &sent, &writer) }
        }
        return true
    }

    @concurrent private func write(
        _ event: Published, _ context: TenantContext, _ sent: inout Int64,
        _ writer: inout any ResponseBodyWriter
    ) async throws {
        sent = event.streamNo
        let sight = Self.sight(
            of: event.payload, by: event.actorID, about: event.entityType, for: context.actor)
        switch sight {
        case .none: break
        case .lost: try await writer.write(ByteBuffer(string: Self.frame(event, isTelling: false)))
        case .whole: try await writer.write(ByteBuffer(string: Self.frame(event, isTelling: true)))
        }
    }

    enum Frame: Sendable {
        case message(LiveFeed.Message)
        case heartbeat
    }
}
