import Foundation
import HTTPTypes
import Hummingbird
import Identity
import NIOCore
import Outbox
import Postgres
import ServiceLifecycle
import Tenancy
import Vocabulary
import Web

/// `GET /ui/stream`: what changes in the company, as server-sent events, to whoever may see it.
///
/// Resumes after `Last-Event-ID` (or `?after=`) from the outbox; too far back, or too slow, gives
/// `event: reset`,
/// which tells the page to load afresh.
///
/// A stream outlives the look at the credential that let it in. It looks again before everything
/// it tells, whenever Identity has forgotten something, and at every heartbeat; it ends when the
/// session does, and with a reset when its user may see more or less than he could.
struct LiveStream: Sendable {
    let feed: LiveFeed
    let relay: Relay
    let identity: Identity

    /// Keeps proxies from closing a quiet stream, and finds out that the other end is gone, or that
    /// its session has run out.
    static let heartbeat_s = 15
    private static let lastEventID = HTTPField.Name("Last-Event-ID")

    func addRoutes(ui: RouterGroup<TenantContext>) {
        ui.get("stream") { request, context in try stream(request, context) }
    }

    private func stream(_ request: Request, _ context: TenantContext) throws -> Response {
        let header = Self.lastEventID.flatMap { request.headers[$0] }
        let after = try header.flatMap { Int64($0) } ?? Query(request).int64("after")
        guard let cookie = request.cookies[SessionCookie.name]?.value else {
            throw Unauthenticated()
        }
        // Before the replay, so that nothing falls between the two.
        let doubts = identity.doubts()
        let messages = feed.subscribe(tenantID: context.tenant.tenant.id)
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store",
                Self.noBuffering: "no",
            ],
            body: ResponseBody { writer in
                do {
                    try await write(
                        messages, doubts, cookie: cookie, after: after, context, to: &writer)
                } catch is CancellationError {
                    // The server stops, or the client is gone.
                } catch is Unauthenticated {
                    // Signed out, switched off, run out.
                } catch is PostgresError {
                    // Whether he may still listen cannot be found out. He will ask again.
                }
                try await writer.finish(nil)
            })
    }

    private static let noBuffering = HTTPField.Name("X-Accel-Buffering") ?? .server

    @concurrent private func write(
        _ messages: AsyncStream<LiveFeed.Message>, _ doubts: AsyncStream<Void>, cookie: String,
        after: Int64?, _ context: TenantContext, to writer: inout any ResponseBodyWriter
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
        @Sendable func push(_ frame: Frame) {
            // What gave way may have been a change.
            if case .dropped = continuation.yield(frame) { continuation.yield(.message(.reset)) }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for await message in messages.cancelOnGracefulShutdown() { push(.message(message)) }
                continuation.finish()
            }
            group.addTask { for await _ in doubts { push(.doubt) } }
            group.addTask {
                while !Task.isCancelled {
                    try await Task.sleep(for: .seconds(Self.heartbeat_s))
                    push(.heartbeat)
                }
            }
            for await frame in frames {
                var frame = frame
                if !frame.isReset {
                    let actor = try await identity.recheck(
                        cookie: cookie, at: context.tenant.tenant)
                    // With other rights he comes again, and sees what they show him.
                    if actor != context.actor { frame = .message(.reset) }
                }
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
        case .doubt: break
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
            of: event.payload, by: event.actorID, about: event.subject, for: context.actor)
        if sight == .none { return }
        let frame = Self.frame(
            event, isTelling: sight == .whole,
            seesTasks: context.actor.owners(.view, .task) == .everyone)
        try await writer.write(ByteBuffer(string: frame))
    }

    enum Frame: Sendable {
        case message(LiveFeed.Message)
        case heartbeat
        /// Something that was believed was forgotten.
        case doubt

        var isReset: Bool { if case .message(.reset) = self { true } else { false } }
    }
}
