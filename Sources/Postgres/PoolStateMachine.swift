/// Which connection serves whom. No I/O, no clock, no locks: events in, decisions out. Times are
/// nanoseconds of any
/// monotonic clock.
struct PoolStateMachine: Sendable {
    typealias ConnectionID = UInt64
    typealias WaiterID = UInt64

    struct Limits: Sendable {
        var connections_max = 16
        /// Callers waiting beyond this are refused at once.
        var waiters_max = 1024
        /// A backend keeps the catalog of every tenant it has touched (0.46 MB each): recycled
        /// after this many.
        var tenants_max = 200
        var age_ns_max: Int64 = 30 * 60 * 1_000_000_000
        var idle_ns_max: Int64 = 5 * 60 * 1_000_000_000
        var backoff_ns_min: Int64 = 100_000_000
        var backoff_ns_max: Int64 = 2_000_000_000
        /// How often the first in the queue may be passed by a later caller of the freed
        /// connection's tenant.
        var overtakes_max = 8
        /// How far down the queue such a caller is looked for.
        var affinityLookahead_max = 16
        /// How many callers of a tenant wait for each connection that is busy with it, while
        /// others are idle: a backend that turns to another tenant plans its statements anew, which
        /// takes longer than several queries.
        var patientPerConnection_max = 8
        /// How long they do.
        var patience_ns: Int64 = 50_000_000
        /// The tenant of a connection unused for this long has gone quiet: whoever knows less of
        /// its plans may have it.
        var quiet_ns: Int64 = 50_000_000
    }

    enum Refusal: Sendable, Equatable { case queueFull, closed }
    enum Acquired: Sendable, Equatable {
        case lease(ConnectionID)
        case queued(open: ConnectionID?)
        case refused(Refusal)
    }
    enum Released: Sendable, Equatable {
        case idle
        case assign(WaiterID)
        case close(open: ConnectionID?)
    }
    struct Failed: Sendable, Equatable {
        var waiters: [WaiterID] = []
        var retryAt_ns: Int64
    }
    struct Ticked: Sendable, Equatable {
        var expired: [WaiterID] = []
        var close: [ConnectionID] = []
        var open: ConnectionID? = nil
        /// Callers who waited long enough for a connection that knows their tenant.
        var assigned: [Assignment] = []
        var isEmpty: Bool { expired.isEmpty && close.isEmpty && open == nil && assigned.isEmpty }
    }
    struct Assignment: Sendable, Equatable {
        let waiter: WaiterID
        let connection: ConnectionID
    }

    private struct Connection {
        enum Phase { case connecting, idle, leased }
        let id: ConnectionID
        var phase = Phase.connecting
        var lastKey: String? = nil
        var keys: Set<String> = []
        var openedAt_ns: Int64 = 0
        var usedAt_ns: Int64 = 0
    }
    private struct Waiter {
        let id: WaiterID
        let key: String?
        let deadline_ns: Int64
        /// Until then only a connection that served the tenant last will do.
        var patientUntil_ns: Int64 = .min
        var overtaken = 0
    }

    let limits: Limits
    private var connections: [Connection] = []
    private var waiters: [Waiter] = []
    private var nextConnection: ConnectionID = 0
    private var failures = 0
    private var retryAt_ns: Int64 = .min
    private(set) var isClosed = false

    init(limits: Limits) { self.limits = limits }

    var isDrained: Bool { isClosed && connections.isEmpty && waiters.isEmpty }
    var waiterCount: Int { waiters.count }
    var connectionCount: Int { connections.count }
    var idleCount: Int { connections.count { $0.phase == .idle } }
    private var connectingCount: Int { connections.count { $0.phase == .connecting } }
    /// Something may have to happen by itself soon: a deadline, a retry.
    var needsTicks: Bool { !waiters.isEmpty || connections.contains { $0.phase != .idle } }

    // MARK: Events

    /// A caller wants a connection, best one that served `key` last.
    mutating func acquire(
        waiter: WaiterID, key: String?, now_ns: Int64, deadline_ns: Int64
    ) -> Acquired {
        guard !isClosed else { return .refused(.closed) }
        let isPatient = key.map { isWorthWaiting(for: $0) } ?? false
        if !isPatient, let index = bestIdle(for: key, now_ns: now_ns) {
            lease(at: index, to: key, now_ns: now_ns)
            return .lease(connections[index].id)
        }
        guard waiters.count < limits.waiters_max else { return .refused(.queueFull) }
        waiters.append(
            Waiter(
                id: waiter, key: key, deadline_ns: deadline_ns,
                patientUntil_ns: isPatient ? now_ns + limits.patience_ns : .min))
        return .queued(open: openIfUseful(now_ns: now_ns))
    }

    /// The caller went away. false: it is not waiting (any more).
    mutating func cancel(waiter: WaiterID) -> Bool {
        guard let index = waiters.firstIndex(where: { $0.id == waiter }) else { return false }
        waiters.remove(at: index)
        return true
    }

    mutating func connected(_ id: ConnectionID, now_ns: Int64) -> Released {
        guard let index = index(of: id) else { return .close(open: nil) }
        failures = 0
        retryAt_ns = .min
        connections[index].openedAt_ns = now_ns
        return settle(at: index, now_ns: now_ns)
    }

    /// `jitter` in 0..<1 spreads the retries of many servers.
    mutating func connectFailed(_ id: ConnectionID, now_ns: Int64, jitter: Double) -> Failed {
        if let index = index(of: id) { connections.remove(at: index) }
        failures += 1
        let doubled = limits.backoff_ns_min << Int64(min(failures - 1, 10))
        let backoff = Double(min(limits.backoff_ns_max, doubled)) * (0.5 + jitter / 2)
        retryAt_ns = now_ns + Int64(backoff)
        guard connections.isEmpty else { return Failed(retryAt_ns: retryAt_ns) }
        let failed = waiters.map(\.id)
        waiters = []
        return Failed(waiters: failed, retryAt_ns: retryAt_ns)
    }

    /// A transaction ended and the connection is clean.
    mutating func release(_ id: ConnectionID, now_ns: Int64) -> Released {
        guard let index = index(of: id) else { return .close(open: nil) }
        return settle(at: index, now_ns: now_ns)
    }

    /// The connection broke or cannot be trusted. Returns one to open in its place, when somebody
    /// waits.
    mutating func lost(_ id: ConnectionID, now_ns: Int64) -> ConnectionID? {
        if let index = index(of: id) { remove(at: index) }
        return openIfUseful(now_ns: now_ns)
    }

    mutating func tick(now_ns: Int64) -> Ticked {
        var ticked = Ticked()
        if waiters.contains(where: { $0.deadline_ns <= now_ns }) {
            ticked.expired = waiters.filter { $0.deadline_ns <= now_ns }.map(\.id)
            waiters.removeAll { $0.deadline_ns <= now_ns }
        }
        for connection in connections where connection.phase == .idle {
            if isWorn(connection, now_ns: now_ns)
                || now_ns - connection.usedAt_ns > limits.idle_ns_max
            {
                ticked.close.append(connection.id)
            }
        }
        connections.removeAll { ticked.close.contains($0.id) }
        while let place = waiters.firstIndex(where: { $0.patientUntil_ns <= now_ns }),
            let index = bestIdle(for: waiters[place].key, now_ns: now_ns)
        {
            let waiter = waiters.remove(at: place)
            lease(at: index, to: waiter.key, now_ns: now_ns)
            ticked.assigned.append(.init(waiter: waiter.id, connection: connections[index].id))
        }
        ticked.open = openIfUseful(now_ns: now_ns)
        return ticked
    }

    /// No new callers. Those waiting are still served; idle connections are to be closed now.
    mutating func close() -> [ConnectionID] {
        isClosed = true
        let idle = connections.filter { $0.phase == .idle }.map(\.id)
        connections.removeAll { $0.phase == .idle }
        return idle
    }

    /// The drain took too long: everything goes.
    mutating func abort() -> (connections: [ConnectionID], waiters: [WaiterID]) {
        isClosed = true
        defer {
            connections = []
            waiters = []
        }
        return (connections.map(\.id), waiters.map(\.id))
    }

    // MARK: Decisions

    private func index(of id: ConnectionID) -> Int? { connections.firstIndex { $0.id == id } }

    /// The idle connection with the same last tenant, for it has its plans; else one that has
    /// served it before, for it has its catalogue, unless that belongs to a busy tenant by now;
    /// else the one unused for longest.
    private func bestIdle(for key: String?, now_ns: Int64) -> Int? {
        var oldest: Int? = nil
        var known: Int? = nil
        for index in connections.indices where connections[index].phase == .idle {
            let connection = connections[index]
            if let key, connection.lastKey == key { return index }
            if let key, connection.keys.contains(key),
                now_ns - connection.usedAt_ns >= limits.quiet_ns, isOlder(index, than: known)
            {
                known = index
            }
            if isOlder(index, than: oldest) { oldest = index }
        }
        return known ?? oldest
    }

    private func isOlder(_ index: Int, than other: Int?) -> Bool {
        other.map { connections[index].usedAt_ns < connections[$0].usedAt_ns } ?? true
    }

    /// Connections are busy with this very tenant, and few wait for them yet.
    private func isWorthWaiting(for key: String) -> Bool {
        var busy = 0
        for connection in connections where connection.lastKey == key {
            if connection.phase == .idle { return false }
            busy += 1
        }
        guard busy > 0 else { return false }
        return waiters.count { $0.key == key } < busy * limits.patientPerConnection_max
    }

    private mutating func lease(at index: Int, to key: String?, now_ns: Int64) {
        connections[index].phase = .leased
        connections[index].usedAt_ns = now_ns
        guard let key, connections[index].lastKey != key else { return }
        let before = connections[index].lastKey
        connections[index].lastKey = key
        connections[index].keys.insert(key)
        endPatience(of: before)
    }

    private mutating func remove(at index: Int) {
        let gone = connections.remove(at: index)
        endPatience(of: gone.lastKey)
    }

    /// A connection has left this tenant: when it was the last one, its callers take any.
    private mutating func endPatience(of key: String?) {
        guard let key, !connections.contains(where: { $0.lastKey == key }) else { return }
        for place in waiters.indices where waiters[place].key == key {
            waiters[place].patientUntil_ns = .min
        }
    }

    private func isWorn(_ connection: Connection, now_ns: Int64) -> Bool {
        connection.keys.count >= limits.tenants_max
            || now_ns - connection.openedAt_ns > limits.age_ns_max
    }

    private mutating func settle(at index: Int, now_ns: Int64) -> Released {
        if isWorn(connections[index], now_ns: now_ns) || (isClosed && waiters.isEmpty) {
            remove(at: index)
            return .close(open: openIfUseful(now_ns: now_ns))
        }
        guard let waiter = nextWaiter(for: connections[index], now_ns: now_ns) else {
            connections[index].phase = .idle
            connections[index].usedAt_ns = now_ns
            return .idle
        }
        lease(at: index, to: waiter.key, now_ns: now_ns)
        return .assign(waiter.id)
    }

    /// The first whom this connection may serve; a caller of its last tenant may pass him.
    private mutating func nextWaiter(for connection: Connection, now_ns: Int64) -> Waiter? {
        func isServed(_ waiter: Waiter) -> Bool {
            waiter.patientUntil_ns <= now_ns || isClosed
                || waiter.key == nil || waiter.key == connection.lastKey
        }
        guard let first = waiters.firstIndex(where: isServed) else { return nil }
        if let key = connection.lastKey, waiters[first].key != key,
            waiters[first].overtaken < limits.overtakes_max,
            let index = waiters.prefix(limits.affinityLookahead_max).firstIndex(where: {
                $0.key == key
            }), index > first
        {
            waiters[first].overtaken += 1
            return waiters.remove(at: index)
        }
        return waiters.remove(at: first)
    }

    /// After a failure only one connection at a time tries, and not before the backoff is over.
    private mutating func openIfUseful(now_ns: Int64) -> ConnectionID? {
        let connecting = connectingCount
        let impatient = waiters.count { $0.patientUntil_ns <= now_ns }
        guard connections.count < limits.connections_max, connecting < impatient,
            failures == 0 || (connecting == 0 && now_ns >= retryAt_ns)
        else { return nil }
        nextConnection += 1
        connections.append(Connection(id: nextConnection))
        return nextConnection
    }
}
