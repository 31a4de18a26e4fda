import HTTPTypes
package import Logging
package import NIOCore
package import NIOHTTPTypes

/// Keeps one connection from holding the server up: a request that trickles in, an answer that
/// nobody fetches, a body that nobody wants any more. Stands between the HTTP codec and the rest.
package final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = HTTPRequestPart
    package typealias InboundOut = HTTPRequestPart
    package typealias OutboundIn = HTTPResponsePart
    package typealias OutboundOut = HTTPResponsePart

    /// What the route hears instead of the rest, lest it take the part for the whole.
    struct BodyTooLate: Error {}

    private enum Awaited { case head, body, reader, end, farewell }

    private let limits: Limits
    private let connections: Connections
    let logger: Logger
    /// nil: not open yet, or not any more.
    private var place: Connections.Place?
    /// What the other end owes us, and until when. nil: the next step is ours.
    private var awaited: (what: Awaited, until: NIODeadline)?
    private var timer: (task: Scheduled<Void>, at: NIODeadline)?
    /// Requests without a finished answer.
    private var open = 0
    /// The head of the last request, until its end is there.
    private(set) var unfinished: HTTPRequest?
    /// Of its body, since it was answered.
    private var discarded_bytes = 0
    /// The head of the answer has gone.
    private var isAnswering = false
    /// The answer under way is the last one here.
    private var isLeaving = false
    /// It has gone: nothing more is read or written.
    private var isOver = false

    package init(_ limits: Limits, _ connections: Connections, logger: Logger) {
        self.limits = limits
        self.connections = connections
        self.logger = logger
    }

    // MARK: What comes

    package func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { enter(context) }
    }

    package func channelActive(context: ChannelHandlerContext) {
        enter(context)
        context.fireChannelActive()
    }

    private func enter(_ context: ChannelHandlerContext) {
        guard place == nil else { return }
        let place = connections.enter()
        self.place = place
        switch place {
        case .seat: expect(.head, context)
        case .farewell: expect(.farewell, context)
        case .none: context.close(promise: nil)
        }
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if isOver {
            if case .end = part { context.close(promise: nil) }
            return
        }
        switch part {
        case .head(let head):
            open += 1
            unfinished = head
            discarded_bytes = 0
            awaited = nil
            // Told when it asks, for then somebody listens.
            if place == .farewell { return refuse(.serviceUnavailable, context) }
        case .body(let bytes):
            if open == 0 { discarded_bytes += bytes.readableBytes }
            if discarded_bytes > Limits.discarded_bytes_max {
                context.close(promise: nil)
                return
            }
        case .end:
            unfinished = nil
            if awaited?.what == .body { awaited = nil }
            if open == 0 { expect(.head, context) }
        }
        context.fireChannelRead(data)
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        // Most requests come in one piece and need no clock.
        if unfinished != nil, awaited == nil { expect(.body, context) }
        context.fireChannelReadComplete()
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        if !isOver {
            if !context.channel.isWritable {
                expect(.reader, context)
            } else if awaited?.what == .reader {
                awaited = nil
                if open == 0 { expect(.head, context) }
            }
        }
        context.fireChannelWritabilityChanged()
    }

    package func handlerRemoved(context: ChannelHandlerContext) { timer?.task.cancel() }

    package func channelInactive(context: ChannelHandlerContext) {
        timer?.task.cancel()
        timer = nil
        awaited = nil
        if let place { connections.leave(place) }
        place = nil
        context.fireChannelInactive()
    }

    // MARK: What goes

    package func write(
        context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?
    ) {
        if isOver {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(let head):
            isAnswering = true
            isLeaving = isLast(head.status)
            var head = head
            if isLeaving { head.headerFields[.connection] = "close" }
            if head.status.code >= 400 { name(&head, context) }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            isAnswering = false
            open = max(0, open - 1)
            if isLeaving { return leave(data, context, promise) }
            if open == 0, unfinished == nil, context.channel.isWritable { expect(.head, context) }
            context.write(data, promise: promise)
        }
    }

    /// Of the request that is being answered, not of a later one in the same pipeline. Some clients
    /// that are told to stop while they send lose the answer with the connection: nobody is told
    /// whose body is bearable.
    private func isLast(_ status: HTTPResponse.Status) -> Bool {
        guard open <= 1, let unfinished else { return false }
        let announced = unfinished.headerFields[.contentLength].flatMap { Int($0) } ?? 0
        return status == .requestTimeout || place == .farewell
            || announced > Limits.discarded_bytes_max
    }

    /// Ends the answer; the other side may end its request, and has a moment to do so. Our side is
    /// not shut before: many a client takes that for the end of the connection, in the middle of
    /// its own sending, and never reads the answer.
    private func leave(
        _ end: NIOAny, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?
    ) {
        isOver = true
        if unfinished != nil {
            expect(.end, context)
            return context.writeAndFlush(end, promise: promise)
        }
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let written = promise ?? context.eventLoop.makePromise()
        written.futureResult.whenComplete { _ in bound.value.close(promise: nil) }
        context.writeAndFlush(end, promise: written)
    }

    // MARK: The clock

    private func expect(_ what: Awaited, _ context: ChannelHandlerContext) {
        let amount =
            switch what {
            case .head: limits.head
            case .body: limits.body
            case .reader: limits.reader
            case .end, .farewell: limits.leave
            }
        let until = context.eventLoop.now + amount
        awaited = (what, until)
        // One timer for many requests: it looks again when it is too early.
        if let timer, timer.at <= until { return }
        timer?.task.cancel()
        start(at: until, context)
    }

    private func start(at moment: NIODeadline, _ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let task = context.eventLoop.scheduleTask(deadline: moment) {
            let (this, context) = bound.value
            this.timer = nil
            this.look(context)
        }
        timer = (task, moment)
    }

    private func look(_ context: ChannelHandlerContext) {
        guard let awaited else { return }
        if context.eventLoop.now < awaited.until { return start(at: awaited.until, context) }
        if awaited.what == .body, open == 1, !isAnswering {
            refuse(.requestTimeout, context)
            context.fireErrorCaught(BodyTooLate())
        } else {
            if awaited.what == .reader {
                logger.debug(
                    "connection cut",
                    metadata: ["client": .string(context.remoteAddress?.ipAddress ?? "")])
            }
            context.close(promise: nil)
        }
    }
}

@available(*, unavailable)
extension ConnectionGuard: Sendable {}
