import CEpoll
import Glibc
import Synchronization

/// The one thread that waits for PostgreSQL's answers, for every pool of the process.
///
/// Senders write to the socket themselves; the reactor reads, and resumes who waits. It never
/// blocks but in
/// epoll_wait, and lives as long as the process.
final class Reactor: Sendable {
    static let shared = Reactor()

    /// How long it sleeps at most while a pool has something under way, and otherwise.
    private static let tick_ms: Int32 = 25
    private static let idleTick_ms: Int32 = 1_000
    private static let events_max = 64
    private static let wakeToken: UInt64 = 0

    private let epoll: Int32
    private let wake: Int32
    private let state = Mutex(State())
    private let sleepsLong = Atomic(false)
    private let thread = Atomic<UInt>(0)
    let jobs = Mutex<[UnownedJob]>([])

    private struct WeakPool { weak var pool: PostgresPool? }
    private struct State {
        var connections: [UInt64: PostgresConnection] = [:]
        var pools: [ObjectIdentifier: WeakPool] = [:]
        var lastToken: UInt64 = 0
    }

    private init() {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        wake = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        precondition(epoll >= 0 && wake >= 0, "out of file descriptors")
        control(EPOLL_CTL_ADD, wake, token: Self.wakeToken, isWriting: false)
        var thread = pthread_t()
        let started = unsafe pthread_create(
            &thread, nil,
            { pointer in
                guard let pointer = unsafe pointer else { return nil }
                unsafe Unmanaged<Reactor>.fromOpaque(pointer).takeUnretainedValue().loop()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        precondition(started == 0, "out of threads")
    }

    static func now_ns() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    // MARK: Registering

    func add(_ pool: PostgresPool) {
        state.withLock { $0.pools[ObjectIdentifier(pool)] = WeakPool(pool: pool) }
        wakeUp()
    }

    func remove(_ pool: ObjectIdentifier) {
        state.withLock { _ = $0.pools.removeValue(forKey: pool) }
    }

    /// From now on `connection.ready()` is called when its socket has something. Returns the token
    /// for the rest.
    func add(_ connection: PostgresConnection, descriptor: Int32) -> UInt64 {
        let token = state.withLock { state in
            state.lastToken += 1
            state.connections[state.lastToken] = connection
            return state.lastToken
        }
        control(EPOLL_CTL_ADD, descriptor, token: token, isWriting: false)
        return token
    }

    func watch(_ descriptor: Int32, token: UInt64, isWriting: Bool) {
        control(EPOLL_CTL_MOD, descriptor, token: token, isWriting: isWriting)
    }

    func remove(_ descriptor: Int32, token: UInt64) {
        control(EPOLL_CTL_DEL, descriptor, token: token, isWriting: false)
        state.withLock { _ = $0.connections.removeValue(forKey: token) }
    }

    /// There is a deadline to watch now.
    func wakeUp() {
        if sleepsLong.exchange(false, ordering: .sequentiallyConsistent) { signal() }
    }

    var isCurrent: Bool { thread.load(ordering: .relaxed) == pthread_self() }

    func signal() {
        var one: UInt64 = 1
        _ = unsafe write(wake, &one, 8)
    }

    private func control(_ operation: Int32, _ descriptor: Int32, token: UInt64, isWriting: Bool) {
        var event = unsafe epoll_event()
        unsafe event.events = EPOLLIN.rawValue | (isWriting ? EPOLLOUT.rawValue : 0)
        unsafe event.data.u64 = token
        unsafe epoll_ctl(epoll, operation, descriptor, &event)
    }

    // MARK: The thread

    private func loop() {
        thread.store(pthread_self(), ordering: .relaxed)
        var events = unsafe [epoll_event](repeating: epoll_event(), count: Self.events_max)
        var lastTick_ns: Int64 = 0
        while true {
            let isBusy = pools().contains { $0.needsTicks }
            sleepsLong.store(!isBusy, ordering: .sequentiallyConsistent)
            let timeout = hasJobs ? 0 : isBusy ? Self.tick_ms : Self.idleTick_ms
            let count = unsafe epoll_wait(epoll, &events, Int32(Self.events_max), timeout)
            sleepsLong.store(false, ordering: .relaxed)
            for index in 0..<max(0, Int(count)) {
                let token = unsafe events[index].data.u64
                if token == Self.wakeToken {
                    var value: UInt64 = 0
                    _ = unsafe read(wake, &value, 8)
                    continue
                }
                state.withLock { $0.connections[token] }?.ready()
            }
            runJobs()
            let now_ns = Self.now_ns()
            if now_ns - lastTick_ns >= Int64(Self.tick_ms) * 1_000_000 {
                lastTick_ns = now_ns
                for pool in pools() { pool.tick(now_ns: now_ns) }
            }
        }
    }

    private func pools() -> [PostgresPool] {
        state.withLock { state in state.pools.values.compactMap(\.pool) }
    }
}
