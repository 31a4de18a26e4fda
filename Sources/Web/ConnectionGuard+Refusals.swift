import HTTPTypes
import Logging
import NIOCore
import NIOHTTPTypes
import Vocabulary

extension ConnectionGuard {
    /// What no route knows of: the body did not come in time, or the server is full.
    func refuse(_ status: HTTPResponse.Status, _ context: ChannelHandlerContext) {
        let language = Language.accepted(unfinished?.headerFields[.acceptLanguage]) ?? .ru
        let requestID =
            RequestIDs.given(unfinished?.headerFields[Edge.requestIDHeader]) ?? RequestIDs.next()
        let problem = status == .serviceUnavailable ? Problem.unavailable() : Problem(status)
        let text = problem.json(language, requestID: requestID).buffer
        log(requestID, status, context)
        var head = HTTPResponse(
            status: status,
            headerFields: [
                .contentType: "application/problem+json",
                .contentLength: String(text.readableBytes), .cacheControl: "no-store",
                Edge.requestIDHeader: requestID,
            ])
        for field in problem.headers { head.headerFields[field.name] = field.value }
        write(context: context, data: wrapOutboundOut(.head(head)), promise: nil)
        write(context: context, data: wrapOutboundOut(.body(text)), promise: nil)
        write(context: context, data: wrapOutboundOut(.end(nil)), promise: nil)
    }

    /// What never came to a route, because it was no HTTP, has no number yet.
    func name(_ head: inout HTTPResponse, _ context: ChannelHandlerContext) {
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
                "method": .string(unfinished?.method.rawValue ?? ""),
                "path": .string(String((unfinished?.path ?? "").prefix { $0 != "?" })),
                "client": .string(context.remoteAddress?.ipAddress ?? ""),
            ])
    }
}
