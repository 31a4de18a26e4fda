import Glibc

/// Every connection is an open file, and systems start programs with room for 1,024 of them.
enum OpenFiles {
    /// Beside the connections of clients: those to PostgreSQL, and what is read.
    static let others_max = 256

    /// Raises the process's own bound to `wanted`, as far as the system lets it.
    ///
    /// - Returns: how many files it may open now.
    static func raise(to wanted: Int) -> Int {
        let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var bound = rlimit()
        guard unsafe getrlimit(files, &bound) == 0 else { return wanted }
        if bound.rlim_cur < wanted {
            var higher = bound
            higher.rlim_cur = min(rlim_t(wanted), bound.rlim_max)
            if unsafe setrlimit(files, &higher) == 0 { bound = higher }
        }
        return Int(clamping: bound.rlim_cur)
    }
}
