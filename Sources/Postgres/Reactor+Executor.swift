import Synchronization

/// The reactor as a place where tasks run: a task that prefers it continues on the very thread
/// that read its answer,
/// without waking another one. Only for tasks that never block or compute for long.
extension Reactor: TaskExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
        let unowned = UnownedJob(job)
        let wakes = jobs.withLock { jobs in
            jobs.append(unowned)
            return jobs.count == 1
        }
        if wakes && !isCurrent { signal() }
    }

    /// Jobs enqueued by the reactor itself signal nobody: it looks before it sleeps.
    var hasJobs: Bool { jobs.withLock { !$0.isEmpty } }

    func runJobs() {
        let batch = jobs.withLock { jobs in
            defer { jobs.removeAll(keepingCapacity: true) }
            return jobs
        }
        for job in batch { unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}

extension PostgresPool {
    /// See Reactor+Executor: `withTaskExecutorPreference(PostgresPool.executor)`.
    package static var executor: any TaskExecutor { Reactor.shared }
}
