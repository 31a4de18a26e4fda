package import NIOCore

extension ConnectionGuard {
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
}
