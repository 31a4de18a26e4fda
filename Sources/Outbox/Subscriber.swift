package import Tenancy

/// Someone who acts on what happened: automation, webhooks, after-hooks.
///
/// Gets every event at least once and those of one card in order; must therefore bear a repetition.
/// What it throws is recorded and tried again later, and holds back this card alone.
package protocol Subscriber: Sendable {
    /// Keys its cursor in every tenant: never change it.
    var name: String { get }
    func deliver(_ event: Published, in database: TenantDatabase) async throws
}
