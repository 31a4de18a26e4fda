import FoundationEssentials

/// Binds of one statement laid out for libpq; the buffers are reused from statement to statement.
struct BindBuffer {
    private(set) var bytes: [UInt8] = []
    /// Where each value starts; -1: NULL.
    private(set) var offsets: [Int] = []
    private(set) var lengths: [Int32] = []
    private(set) var formats: [Int32] = []
    private(set) var types: [UInt32] = []

    /// A larger statement's buffer is given back.
    private static let kept_bytes_max = 256 * 1024

    mutating func encode(_ binds: [PostgresBind]) {
        bytes.removeAll(keepingCapacity: bytes.capacity <= Self.kept_bytes_max)
        offsets.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        formats.removeAll(keepingCapacity: true)
        types.removeAll(keepingCapacity: true)
        for bind in binds {
            types.append(bind.type.rawValue)
            if case .null = bind {
                offsets.append(-1)
                lengths.append(0)
                formats.append(0)
                continue
            }
            let start = bytes.count
            offsets.append(start)
            formats.append(bind.isText ? 0 : 1)
            append(bind)
            lengths.append(Int32(bytes.count - start))
            bytes.append(0)
        }
    }

    /// The values as libpq wants them; valid inside `body` only.
    func withPointers<Result>(
        _ body: (
            UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
        ) -> Result
    ) -> Result {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            let start = unsafe UnsafeRawPointer(buffer.baseAddress)?
                .assumingMemoryBound(to: CChar.self)
            return unsafe withUnsafeTemporaryAllocation(
                of: UnsafePointer<CChar>?.self, capacity: offsets.count
            ) { pointers in
                for (index, offset) in offsets.enumerated() {
                    unsafe pointers.initializeElement(
                        at: index, to: offset < 0 ? nil : start.map { unsafe $0 + offset })
                }
                return unsafe body(
                    UnsafePointer(pointers.baseAddress),
                    lengths.withUnsafeBufferPointer { $0.baseAddress },
                    formats.withUnsafeBufferPointer { $0.baseAddress })
            }
        }
    }

    private mutating func append(_ bind: PostgresBind) {
        switch bind {
        case .null: break
        case .int8(let value): append(value)
        case .int4(let value): append(value)
        case .bool(let value): bytes.append(value ? 1 : 0)
        case .float8(let value): append(Int64(bitPattern: value.bitPattern))
        case .text(let value), .jsonb(let value): bytes.append(contentsOf: value.utf8)
        case .bytea(let value): bytes.append(contentsOf: value)
        case .uuid(let value):
            unsafe withUnsafeBytes(of: value.uuid) { unsafe bytes.append(contentsOf: $0) }
        case .timestamptz(let value): append(value.sincePostgresEpoch)
        case .int8Array(let values):
            appendArray(of: .int8, count: values.count, hasNulls: false)
            for value in values { appendElement(value) }
        case .timestamptzArray(let values):
            appendArray(of: .timestamptz, count: values.count, hasNulls: false)
            for value in values { appendElement(value.sincePostgresEpoch) }
        case .boolArray(let values):
            appendArray(of: .bool, count: values.count, hasNulls: false)
            for value in values {
                append(Int32(1))
                bytes.append(value ? 1 : 0)
            }
        case .textArray(let values):
            appendArray(of: .text, count: values.count, hasNulls: false)
            for value in values { appendElement(value) }
        case .optionalTextArray(let values):
            appendArray(of: .text, count: values.count, hasNulls: true)
            for value in values {
                if let value { appendElement(value) } else { append(Int32(-1)) }
            }
        case .optionalInt8Array(let values):
            appendArray(of: .int8, count: values.count, hasNulls: true)
            for value in values {
                if let value { appendElement(value) } else { append(Int32(-1)) }
            }
        }
    }

    /// Source: array_recv in src/backend/utils/adt/arrayfuncs.c.
    private mutating func appendArray(of type: PostgresType, count: Int, hasNulls: Bool) {
        append(Int32(count == 0 ? 0 : 1))
        append(Int32(hasNulls ? 1 : 0))
        append(Int32(bitPattern: type.rawValue))
        guard count > 0 else { return }
        append(Int32(count))
        append(Int32(1))
    }

    private mutating func appendElement(_ value: Int64) {
        append(Int32(8))
        append(value)
    }

    private mutating func appendElement(_ value: String) {
        append(Int32(value.utf8.count))
        bytes.append(contentsOf: value.utf8)
    }

    private mutating func append<Value: FixedWidthInteger>(_ value: Value) {
        unsafe withUnsafeBytes(of: value.bigEndian) { unsafe bytes.append(contentsOf: $0) }
    }
}

extension PostgresBind {
    /// Sent in text format; the rest is binary.
    fileprivate var isText: Bool {
        switch self {
        case .text, .jsonb: true
        default: false
        }
    }

    /// libpq takes text up to the first NUL; PostgreSQL knows no NUL in text.
    var holdsNUL: Bool {
        switch self {
        case .text(let value), .jsonb(let value): value.utf8.contains(0)
        case .textArray(let values): values.contains { $0.utf8.contains(0) }
        case .optionalTextArray(let values): values.contains { $0?.utf8.contains(0) ?? false }
        default: false
        }
    }
}

extension Int64 {
    /// PostgreSQL counts from 2000-01-01.
    fileprivate var sincePostgresEpoch: Int64 { self &- 946_684_800_000_000 }
}
