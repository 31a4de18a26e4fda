/// What a request says of a value that may be empty: nothing, that it is to be emptied, or the
/// value.
package enum Said<Value: Sendable & Hashable>: Sendable, Hashable {
    case nothing
    case empty
    case value(Value)

    /// The value afterwards.
    package func applied(to old: Value?) -> Value? {
        switch self {
        case .nothing: old
        case .empty: nil
        case .value(let value): value
        }
    }
}
