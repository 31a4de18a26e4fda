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
    var heartbeat = Duration.seconds(LiveStream.heartbeat_s)

    private static let lastEventID = HTTPField.Name("Last-Event-ID")

    func addRoutes(ui: RouterGroup<TenantContext>) {
        ui.get("stream") { request, context in try stream(request, context) }
    }

    private func stream(_ request: Request, _ context: TenantContext) throws -> Response {
        let after = try Self.place(request)
        guard let cookie = request.cookies[SessionCookie.name]?.value else {
            throw Unauthenticated()
        }
        // Before the replay, so that nothing falls between the two.
        let doubts = identity.doubts()
        guard
            let subscription = feed.subscribe(
                tenantID: context.tenant.tenant.id, userID: context.actor.userID)
        else {
            throw Problem(
                .tooManyRequests, Self.tooMany, headers: [.retryAfter: String(Self.heartbeat_s)])
        }
        let body = request.body
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store",
                Self.noBuffering: "no",
                // It is never used again: its end is how the stream learns that the page has gone.
                .connection: "close",
            ],
            body: ResponseBody { writer in
                do {
                    try await body.consumeWithInboundCloseHandler { _ in
                        try await write(
                            subscription, doubts, cookie: cookie, after: after, context,
                            to: &writer)
                    } onInboundClosed: {
                        subscription.end()
                    }
                } catch is CancellationError {
                    // The server stops.
                } catch is Unauthenticated {
                    // Signed out, switched off, run out.
                } catch is PostgresError {
                    // Whether he may still listen cannot be found out. He will ask again.
                }
                try await writer.finish(nil)
            })
    }

    private static let tooMany = Text(
        ru: "Открыто слишком много окон.", en: "Too many windows are open.")

    /// What the page has seen already; nil: it only wants what comes. A header that is no number of
    /// ours counts as one that was never given out.
    private static func place(_ request: Request) throws -> Int64? {
        if let header = lastEventID.flatMap({ request.headers[$0] }), !header.isEmpty {
            return Int64(header) ?? -1
        }
        return try Query(request).int64("after")
    }

    private static let noBuffering = HTTPField.Name("X-Accel-Buffering") ?? .server

    /// What one screen has: up to which number it was served, and which it was told last.
    private struct Place {
        var served: Int64
        var told: Int64
    }

    @concurrent private func write(
        _ subscription: LiveFeed.Subscription, _ doubts: AsyncStream<Void>, cookie: String,
        after: Int64?, _ context: TenantContext, to writer: inout any ResponseBodyWriter
    ) async throws {
        var place = Place(served: after ?? 0, told: after ?? 0)
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
            for event in missed { try await write(event, context, &place, &writer) }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in doubts { subscription.doubt() } }
            group.addTask {
                while true {
                    try await Task.sleep(for: heartbeat)
                    subscription.beat()
                }
            }
            for await message in subscription.messages.cancelOnGracefulShutdown() {
                var message = message
                if !message.isReset {
                    let actor = try await identity.recheck(
                        cookie: cookie, at: context.tenant.tenant)
                    // With other rights he comes again, and sees what they show him.
                    if actor != context.actor { message = .reset }
                }
                if try await !write(message, context, &place, &writer) { break }
            }
            group.cancelAll()
        }
    }

    /// Gives false after the last frame.
    @concurrent private func write(
        _ message: LiveFeed.Message, _ context: TenantContext, _ place: inout Place,
        _ writer: inout any ResponseBodyWriter
    ) async throws -> Bool {
        switch message {
        case .doubt: break
        case .beat:
            // An id without data moves the place to resume from and tells the page nothing: who may
            // see little of what happens would else fall too far behind.
            let moved = place.served > place.told
            place.told = place.served
            try await writer.write(
                ByteBuffer(string: moved ? "id: \(place.told)\n: \n\n" : ": \n\n"))
        case .reset:
            try await writer.write(ByteBuffer(string: "event: reset\ndata: {}\n\n"))
            return false
        case .change(let event):
            if event.streamNo > place.served { try await write(event, context, &place, &writer) }
        }
        return true
    }

    @concurrent private func write(
        _ event: Published, _ context: TenantContext, _ place: inout Place,
        _ writer: inout any ResponseBodyWriter
    ) async throws {
        place.served = event.streamNo
        let sight = Self.sight(
            of: event.payload, by: event.actorID, about: event.subject, for: context.actor)
        if sight == .none { return }
        place.told = event.streamNo
        let frame = Self.frame(
            event, isTelling: sight == .whole,
            seesTasks: context.actor.owners(.view, .task) == .everyone)
        try await writer.write(ByteBuffer(string: frame))
    }
}
