import Glibc
import NIOCore
import NIOPosix

/// A connection on which a test says what no decent client says, or does not listen.
package struct RawConnection: Sendable {
    private let channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>

    /// - Parameter window_bytes: how much may lie unread at our end.
    package init(port: Int, window_bytes: Int32? = nil) async throws {
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        if let window_bytes {
            bootstrap = bootstrap.channelOption(
                .socketOption(.so_rcvbuf), value: .init(window_bytes))
        }
        channel = try await bootstrap.connect(host: "127.0.0.1", port: port) { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel(
                    wrappingChannelSynchronously: channel,
                    configuration: .init(
                        inboundType: ByteBuffer.self, outboundType: ByteBuffer.self))
            }
        }
    }

    /// Sends the bytes and reads until the server closes, or `isEnough` of what was read.
    ///
    /// - Parameters:
    ///   - before: done after sending and before the first byte is read.
    ///   - then: sent when the answer has begun.
    package func exchange(
        _ bytes: [UInt8], before: @Sendable () async throws -> Void = {}, then more: [UInt8] = [],
        until isEnough: @Sendable (String) async throws -> Bool = { _ in false }
    ) async throws -> String {
        try await channel.executeThenClose { inbound, outbound in
            var text = ""
            do {
                try await outbound.write(ByteBuffer(bytes: bytes))
                try await before()
                for try await part in inbound {
                    let isFirst = text.isEmpty
                    text += String(buffer: part)
                    if isFirst, !more.isEmpty {
                        try await outbound.write(ByteBuffer(bytes: more))
                    }
                    if try await isEnough(text) { break }
                }
            } catch let error as IOError where error.errnoCode == ECONNRESET {
                // The server closed while we were still speaking.
            } catch ChannelError.ioOnClosedChannel {
                // The same, and we have heard of it.
            }
            return text
        }
    }
}
