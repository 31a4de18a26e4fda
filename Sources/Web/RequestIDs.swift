import Synchronization

/// Short unique names for requests: eight random characters for the process, then a counter.
package struct RequestIDs: Sendable {
    private static let start = String(UInt32.random(in: .min ... .max), radix: 36)
    private static let counter = Atomic<UInt64>(0)

    static func next() -> String {
        let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
        return start + "-" + String(number, radix: 36)
    }
}
