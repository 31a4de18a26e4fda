import HTTPTypes
package import Logging
package import NIOCore
package import NIOHTTPTypes
import Vocabulary

/// Keeps one connection from holding the server up: a request that trickles in, an answer that
/// nobody fetches, a body that nobody wants any more. Stands between the HTTP codec and the rest.
package final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = HTTPRequestPart
    package typealias InboundOut = HTTPRequestPart
    package typealias OutboundIn = HTTPResponsePart
    package typealias OutboundOut = HTTPResponsePart

    package struct Limits: Sendable {
        /// From the connection's first moment, or from the end of the last answer, until the next
        /// request's head is there: how long it may be idle, and how slow.
        package static let head_s: Int64 = 75
        /// From the head until the end of the body.
        package static let body_s: Int64 = 60
        /// How long the other end may take nothing of an answer, or of a stream, that waits for it.
        package static let reader_s: Int64 = 30
        /// How long the rest of a refused body is thrown away, so that the refusal can be read
        /// before the connection is closed.
        package static let leave_s: Int64 = 10
        /// So much of a refused body is thrown away and the connection kept. Who announces more is
        /// told to stop.
        package static let discarded_bytes_max = 16 << 20
        /// One header, all of them, and how many.
        package static let header_bytes_max = 16 << 10
        package static let headers_bytes_max = 64 << 10
        package static let headers_max = 100

        package var head = TimeAmount.seconds(head_s)
        package var body = TimeAmount.seconds(body_s)
        package var reader = TimeAmount.seconds(reader_s)
        package var leave = TimeAmount.seconds(leave_s)

        package init() {}
    }

    private enum Awaited { case head, body, reader, end }

    private let limits: Limits
    private let logger: Logger
    /// What the other end owes us, and until when. nil: the next step is ours.
    private var awaited: (what: Awaited, until: NIODeadline)?
    private var timer: (task: Scheduled<Void>, at: NIODeadline)?
    /// Requests without a finished answer.
    private var open = 0
    /// The head of the last request, until its end is there.
    private var unfinished: HTTPRequest?
    /// Of its body, since it was answered.
    private var discarded_bytes = 0
    /// The head of the answer has gone.
    private var isAnswering = false
    /// The answer under way is the last one here.
    private var isLeaving = false
    /// It has gone: nothing more is read or written.
    private var isOver = false

    package init(_ limits: Limits, logger: Logger) {
        self.limits = limits
        self.logger = logger
    }

    // MARK: What comes

    package func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { expect(.head, context) }
    }

    package func channelActive(context: ChannelHandlerContext) {
        expect(.head, context)
        context.fireChannelActive()
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
        return status == .requestTimeout || announced > Limits.discarded_bytes_max
    }

    /// What never came to a route, because it was no HTTP, has no number yet.
    private func name(_ head: inout HTTPResponse, _ context: ChannelHandlerContext) {
        guard head.headerFields[Edge.requestIDHeader] == nil else { return }
        let requestID = RequestIDs.next()
        head.headerFields[Edge.requestIDHeader] = requestID
        log(requestID, head.status, context)
    }

    private func log(
        _ requestID: String, _ status: HTTPResponse.Status, _ context: ChannelHandlerContext
    ) {
        logger.info(
            "request",
            metadata: [
                "request": .string(requestID), "status": .stringConvertible(status.code),
                "client": .string(context.remoteAddress?.ipAddress ?? ""),
            ])
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
            case .end: limits.leave
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
        if awaited.what == .body, open > 0, !isAnswering {
            refuse(context)
        } else {
            if awaited.what == .reader {
                logger.debug(
                    "connection cut",
                    metadata: ["client": .string(context.remoteAddress?.ipAddress ?? "")])
            }
            context.close(promise: nil)
        }
    }

    /// 408: the body did not come in time.
    private func refuse(_ context: ChannelHandlerContext) {
        let language = Language.accepted(unfinished?.headerFields[.acceptLanguage]) ?? .ru
        let requestID = RequestIDs.next()
        let text = Problem(.requestTimeout).json(language, requestID: requestID).buffer
        log(requestID, .requestTimeout, context)
        let head = HTTPResponse(
            status: .requestTimeout,
            headerFields: [
                .contentType: "application/problem+json",
                .contentLength: String(text.readableBytes), .cacheControl: "no-store",
                Edge.requestIDHeader: requestID,
            ])
        write(context: context, data: wrapOutboundOut(.head(head)), promise: nil)
        write(context: context, data: wrapOutboundOut(.body(text)), promise: nil)
        write(context: context, data: wrapOutboundOut(.end(nil)), promise: nil)
    }
}

@available(*, unavailable)
extension ConnectionGuard: Sendable {}
