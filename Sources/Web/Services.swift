package import Tenancy
package import Vocabulary

/// What every slice gets from the composition root, whatever else it needs.
package struct Services: Sendable {
    /// Tells the relay that this tenant's outbox has something new. To be called after COMMIT;
    /// cheap, never waits.
    package let wake: @Sendable (Tenant) -> Void
    package let time: TimeSource

    package init(
        time: TimeSource = .system, wake: @escaping @Sendable (Tenant) -> Void = { _ in }
    ) {
        self.time = time
        self.wake = wake
    }
}
