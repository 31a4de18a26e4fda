import Tenancy

/// Which tenants the relay has to work on, and which it is working on. A tenant is worked on by one
/// task at a time; what comes for it meanwhile waits and is not lost.
struct RelayQueue {
    struct Job {
        let tenant: Tenant
        /// Somebody here wrote: there may be events to publish.
        var isWoken = false
        /// Another server published from this number on.
        var announcedFrom: Int64?
    }

    private var waiting: [Int64: Job] = [:]
    /// Waiting tenants, the longest waiting first.
    private var order: [Int64] = []
    private var busy: [Int64: Set<Int64>] = [:]

    /// - Parameter announcedFrom: nil: a writer of this server woke the relay.
    /// - Returns: whether the tenant was not waiting yet.
    mutating func add(_ tenant: Tenant, announcedFrom first: Int64? = nil) -> Bool {
        var job = waiting[tenant.id] ?? Job(tenant: tenant)
        if let first {
            job.announcedFrom = min(job.announcedFrom ?? first, first)
        } else {
            job.isWoken = true
        }
        let isNew = waiting.updateValue(job, forKey: tenant.id) == nil
        if isNew { order.append(tenant.id) }
        return isNew
    }

    /// Takes what may be worked on now; each job ends with `finish`.
    mutating func start(perCell_max: Int) -> [Job] {
        var jobs: [Job] = []
        var rest: [Int64] = []
        for id in order {
            guard let job = waiting[id] else { continue }
            let cell = job.tenant.cell.id
            if busy[cell, default: []].count < perCell_max,
                busy[cell, default: []].insert(id).inserted
            {
                waiting[id] = nil
                jobs.append(job)
            } else {
                rest.append(id)
            }
        }
        order = rest
        return jobs
    }

    func isWoken(_ tenant: Tenant) -> Bool { waiting[tenant.id]?.isWoken ?? false }

    /// - Returns: whether somebody waits, who may have waited for this place.
    mutating func finish(_ tenant: Tenant) -> Bool {
        busy[tenant.cell.id]?.remove(tenant.id)
        return !order.isEmpty
    }
}
