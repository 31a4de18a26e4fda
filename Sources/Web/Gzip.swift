import CZlib
import NIOCore

/// gzip, by zlib: files once at start, large answers while someone waits.
enum Gzip {
    enum Effort: Int32 {
        /// A file that is compressed once and sent a million times.
        case thorough = 9
        /// An answer: half the work of the best for a tenth more bytes.
        case quick = 4
    }

    /// nil: it would not get smaller.
    static func compress(_ plain: ByteBuffer, _ effort: Effort) -> ByteBuffer? {
        var stream = unsafe z_stream()
        let size = Int32(unsafe MemoryLayout<z_stream>.size)
        let opened = unsafe deflateInit2_(
            &stream, effort.rawValue, Z_DEFLATED, Self.windowWithHeader_bits, Self.memory_level,
            Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
        guard opened == Z_OK else { preconditionFailure("zlib does not start: \(opened)") }
        defer { _ = unsafe deflateEnd(&stream) }
        let bound = unsafe deflateBound(&stream, UInt(plain.readableBytes))
        var packed = ByteBufferAllocator().buffer(capacity: Int(bound))
        let written = unsafe packed.writeWithUnsafeMutableBytes(minimumWritableBytes: Int(bound)) {
            output in
            unsafe plain.withUnsafeReadableBytes { input in
                unsafe stream.next_in = UnsafeMutablePointer(
                    mutating: input.bindMemory(to: Bytef.self).baseAddress)
                unsafe stream.avail_in = UInt32(input.count)
                unsafe stream.next_out = output.bindMemory(to: Bytef.self).baseAddress
                unsafe stream.avail_out = UInt32(output.count)
                let ended = unsafe deflate(&stream, Z_FINISH)
                guard ended == Z_STREAM_END else { preconditionFailure("zlib stops: \(ended)") }
                return unsafe Int(stream.total_out)
            }
        }
        return written < plain.readableBytes ? packed : nil
    }

    /// The largest window (15), and 16 for gzip's own header and checksum.
    private static let windowWithHeader_bits: Int32 = 15 + 16
    private static let memory_level: Int32 = 8
}
