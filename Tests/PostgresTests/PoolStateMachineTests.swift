import Testing

@testable import Postgres

@Suite("The pool decides without any I/O")
struct PoolStateMachineTests {
    private static func machine(
        connections: Int = 2, _ change: (inout PoolStateMachine.Limits) -> Void = { _ in }
    ) -> PoolStateMachine {
        var limits = PoolStateMachine.Limits()
        limits.connections_max = connections
        change(&limits)
        return PoolStateMachine(limits: limits)
    }

    /// A machine with idle connections that served these keys last.
    private static func warm(
        _ keys: [String], _ limits: (inout PoolStateMachine.Limits) -> Void = { _ in }
    )
        -> PoolStateMachine
    {
        var machine = machine(connections: keys.count, limits)
        for (index, key) in keys.enumerated() {
            let waiter = UInt64(1_000 + index)
            _ = machine.acquire(waiter: waiter, key: key, now_ns: 0, deadline_ns: 100)
        }
        for index in keys.indices {
            _ = machine.connected(UInt64(index + 1), now_ns: Int64(index))
        }
        for index in keys.indices { _ = machine.release(UInt64(index + 1), now_ns: Int64(index)) }
        return machine
    }

    @Test("the first caller waits for a connection to be opened, and gets it")
    func firstCaller() {
        var machine = Self.machine()
        #expect(
            machine.acquire(waiter: 1, key: "a", now_ns: 0, deadline_ns: 10) == .queued(open: 1))
        #expect(machine.connected(1, now_ns: 1) == .assign(1))
        #expect(machine.release(1, now_ns: 2) == .idle)
        #expect(machine.acquire(waiter: 2, key: "b", now_ns: 3, deadline_ns: 10) == .lease(1))
    }

    @Test("an idle connection of the same tenant comes first, else the one unused for longest")
    func affinity() {
        var machine = Self.warm(["a", "b", "c"]) { $0.patientPerConnection_max = 0 }
        #expect(machine.acquire(waiter: 1, key: "b", now_ns: 9, deadline_ns: 99) == .lease(2))
        #expect(machine.acquire(waiter: 2, key: "b", now_ns: 9, deadline_ns: 99) == .lease(1))
        #expect(machine.acquire(waiter: 3, key: nil, now_ns: 9, deadline_ns: 99) == .lease(3))
    }

    @Test("a connection that has served the tenant before comes before one that has not")
    func acquainted() {
        var machine = Self.warm(["a", "b", "c"]) {
            $0.patientPerConnection_max = 0
            $0.quiet_ns = 50
        }
        #expect(machine.acquire(waiter: 1, key: "d", now_ns: 9, deadline_ns: 999) == .lease(1))
        #expect(machine.release(1, now_ns: 10) == .idle)
        // The second has been idle for longest, but the first knows the tables of `a`.
        #expect(machine.acquire(waiter: 2, key: "a", now_ns: 60, deadline_ns: 999) == .lease(1))
        #expect(machine.acquire(waiter: 3, key: "a", now_ns: 60, deadline_ns: 999) == .lease(2))
    }

    @Test("two tenants that both are busy do not share a connection while another one is unused")
    func apart() {
        var machine = Self.warm(["a", "b", "c"]) { $0.quiet_ns = 50 }
        #expect(machine.acquire(waiter: 1, key: "d", now_ns: 100, deadline_ns: 999) == .lease(1))
        #expect(machine.release(1, now_ns: 101) == .idle)
        // The first connection knows `a`, but `d` used it a moment ago.
        #expect(machine.acquire(waiter: 2, key: "a", now_ns: 102, deadline_ns: 999) == .lease(2))
        #expect(machine.acquire(waiter: 3, key: "d", now_ns: 103, deadline_ns: 999) == .lease(1))
    }

    @Test("who waits for a tenant's only connection takes any when that turns to another tenant")
    func leftAlone() {
        var machine = Self.warm(["a"]) { $0.overtakes_max = 0 }
        #expect(machine.acquire(waiter: 1, key: "a", now_ns: 0, deadline_ns: 999) == .lease(1))
        for (waiter, key) in [(2, "b"), (3, "a")] as [(UInt64, String)] {
            #expect(
                machine.acquire(waiter: waiter, key: key, now_ns: 0, deadline_ns: 999)
                    == .queued(open: nil))
        }
        #expect(machine.release(1, now_ns: 1) == .assign(2))
        #expect(machine.release(1, now_ns: 2) == .assign(3))
    }

    @Test("while the connections of a tenant are busy with it, a few of its callers wait for them")
    func patience() {
        var machine = Self.warm(["a", "b"]) {
            $0.patientPerConnection_max = 1
            $0.patience_ns = 100
        }
        #expect(machine.acquire(waiter: 1, key: "a", now_ns: 10, deadline_ns: 999) == .lease(1))
        // The second connection is idle, but has no plans for `a`.
        #expect(
            machine.acquire(waiter: 2, key: "a", now_ns: 10, deadline_ns: 999)
                == .queued(open: nil))
        #expect(machine.acquire(waiter: 3, key: "b", now_ns: 11, deadline_ns: 999) == .lease(2))
        #expect(machine.release(2, now_ns: 12) == .idle)
        #expect(machine.release(1, now_ns: 13) == .assign(2))
        // One waits already: the next one takes what is free.
        #expect(
            machine.acquire(waiter: 4, key: "a", now_ns: 14, deadline_ns: 999)
                == .queued(open: nil))
        #expect(machine.acquire(waiter: 5, key: "a", now_ns: 14, deadline_ns: 999) == .lease(2))
        #expect(machine.release(2, now_ns: 15) == .assign(4))
    }

    @Test("patience ends, also when nobody comes back")
    func impatience() {
        var machine = Self.warm(["a", "b"]) { $0.patience_ns = 100 }
        #expect(machine.acquire(waiter: 1, key: "a", now_ns: 10, deadline_ns: 999) == .lease(1))
        #expect(
            machine.acquire(waiter: 2, key: "a", now_ns: 10, deadline_ns: 999)
                == .queued(open: nil))
        #expect(machine.tick(now_ns: 109).assigned.isEmpty)
        #expect(machine.tick(now_ns: 110).assigned == [.init(waiter: 2, connection: 2)])
        #expect(machine.waiterCount == 0)
    }

    @Test(
        "a freed connection goes to a waiting caller of its tenant, but not past the first for ever"
    )
    func overtaking() {
        var machine = Self.warm(["a"]) { $0.overtakes_max = 2 }
        #expect(machine.acquire(waiter: 1, key: "a", now_ns: 0, deadline_ns: 99) == .lease(1))
        for (waiter, key) in [(2, "b"), (3, "a"), (4, "a"), (5, "a")] as [(UInt64, String)] {
            #expect(
                machine.acquire(waiter: waiter, key: key, now_ns: 0, deadline_ns: 99)
                    == .queued(open: nil))
        }
        #expect(machine.release(1, now_ns: 1) == .assign(3))
        #expect(machine.release(1, now_ns: 1) == .assign(4))
        #expect(machine.release(1, now_ns: 1) == .assign(2))
        #expect(machine.release(1, now_ns: 1) == .assign(5))
        #expect(machine.release(1, now_ns: 1) == .idle)
    }

    @Test("a connection is replaced after serving its number of tenants")
    func wornByTenants() {
        var machine = Self.warm(["a"]) { $0.tenants_max = 3 }
        for key in ["b", "b", "a"] {
            #expect(machine.acquire(waiter: 1, key: key, now_ns: 0, deadline_ns: 9) == .lease(1))
            #expect(machine.release(1, now_ns: 0) == .idle)
        }
        #expect(machine.acquire(waiter: 2, key: "c", now_ns: 0, deadline_ns: 9) == .lease(1))
        #expect(
            machine.acquire(waiter: 3, key: "c", now_ns: 0, deadline_ns: 9) == .queued(open: nil))
        #expect(machine.release(1, now_ns: 0) == .close(open: 2))
        #expect(machine.connected(2, now_ns: 1) == .assign(3))
    }

    @Test("a connection is replaced when it is old")
    func wornByAge() {
        var machine = Self.warm(["a", "b"]) { $0.age_ns_max = 50 }
        #expect(machine.acquire(waiter: 1, key: "a", now_ns: 1, deadline_ns: 9) == .lease(1))
        #expect(machine.release(1, now_ns: 99) == .close(open: nil))
        let ticked = machine.tick(now_ns: 99)
        #expect(ticked.close == [2])
        #expect(machine.connectionCount == 0)
    }

    @Test("the queue is bounded, and whoever waits too long is told")
    func bounds() {
        var machine = Self.machine(connections: 1) { $0.waiters_max = 2 }
        #expect(
            machine.acquire(waiter: 1, key: nil, now_ns: 0, deadline_ns: 5) == .queued(open: 1))
        #expect(
            machine.acquire(waiter: 2, key: nil, now_ns: 0, deadline_ns: 9) == .queued(open: nil))
        #expect(
            machine.acquire(waiter: 3, key: nil, now_ns: 0, deadline_ns: 9)
                == .refused(.queueFull))
        let ticked = machine.tick(now_ns: 6)
        #expect(ticked.expired == [1])
        let cancelled = [machine.cancel(waiter: 2), machine.cancel(waiter: 2)]
        #expect(cancelled == [true, false])
        #expect(machine.connected(1, now_ns: 7) == .idle)
    }

    @Test("while the server is down one connection tries at a time, with growing pauses")
    func backoff() {
        var machine = Self.machine(connections: 4) {
            $0.backoff_ns_min = 100
            $0.backoff_ns_max = 400
        }
        var now: Int64 = 0
        var pauses: [Int64] = []
        for attempt in 1...4 as ClosedRange<UInt64> {
            #expect(
                machine.acquire(waiter: attempt, key: nil, now_ns: now, deadline_ns: .max)
                    == .queued(open: attempt))
            let failed = machine.connectFailed(attempt, now_ns: now, jitter: 1)
            #expect(failed.waiters == [attempt])
            pauses.append(failed.retryAt_ns - now)
            now = failed.retryAt_ns
        }
        #expect(pauses == [100, 200, 400, 400])
        _ = machine.connectFailed(99, now_ns: now, jitter: 1)
        #expect(
            machine.acquire(waiter: 9, key: nil, now_ns: now + 1, deadline_ns: .max)
                == .queued(open: nil))
        let opened = [399, 400, 401].map { machine.tick(now_ns: now + $0).open }
        #expect(opened == [nil, 5, nil])
        #expect(machine.connected(5, now_ns: now + 402) == .assign(9))
    }

    @Test("those who wait are answered when the last connection is lost and none can be opened")
    func lostAll() {
        var machine = Self.warm(["a"])
        #expect(machine.acquire(waiter: 1, key: "a", now_ns: 0, deadline_ns: 99) == .lease(1))
        #expect(
            machine.acquire(waiter: 2, key: "a", now_ns: 0, deadline_ns: 99) == .queued(open: nil))
        #expect(machine.lost(1, now_ns: 1) == 2)
        let failed = machine.connectFailed(2, now_ns: 2, jitter: 0)
        #expect(failed.waiters == [2])
        #expect(machine.waiterCount == 0)
    }

    @Test("closing serves who waits, refuses the rest, and ends empty")
    func closing() {
        var machine = Self.warm(["a", "b"])
        #expect(machine.acquire(waiter: 1, key: "a", now_ns: 0, deadline_ns: 99) == .lease(1))
        #expect(machine.close() == [2])
        #expect(
            machine.acquire(waiter: 2, key: "a", now_ns: 0, deadline_ns: 99) == .refused(.closed))
        #expect(!machine.isDrained)
        #expect(machine.release(1, now_ns: 1) == .close(open: nil))
        #expect(machine.isDrained)
    }
}
