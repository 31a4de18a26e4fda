import HTTPTypes
import Synchronization
package import Vocabulary

/// A token bucket per credential. Buckets that are full again are forgotten.
package final class RateLimits: Sendable {
    /// How often, and how much at once.
    package struct Rate: Sendable, Hashable {
        package let perSecond: Double
        package let burst: Double
        /// `perSecond` of 0 means no limit.
        package init(perSecond: Double, burst: Double? = nil) {
            self.perSecond = perSecond
            self.burst = burst ?? perSecond
        }
        /// amoCRM's 7 a second. Source: amocrm-api 1.7.
        package static let api = Rate(perSecond: 7)
        /// A page loads a dozen things at once, and a seller drags quickly.
        package static let browser = Rate(perSecond: 50, burst: 200)
    }

    private struct Bucket {
        var tokens: Double
        var at: Moment
    }

    /// More buckets than this are swept.
    private static let buckets_max = 10_000

    private let api: Rate
    private let browser: Rate
    private let time: TimeSource
    private let buckets = Mutex<[String: Bucket]>([:])

    package init(api: Rate = .api, browser: Rate = .browser, time: TimeSource) {
        self.api = api
        self.browser = browser
        self.time = time
    }

    /// - Throws: 429 with Retry-After when the bucket is empty.
    package func take(_ key: String, _ way: SignedIn.Way) throws(Problem) {
        let rate = way == .bearer ? api : browser
        if rate.perSecond <= 0 { return }
        let now = time.now()
        let wait = buckets.withLock { buckets -> Double? in
            if buckets.count > Self.buckets_max { Self.sweep(&buckets, now) }
            var bucket = buckets[key] ?? Bucket(tokens: rate.burst, at: now)
            let passed = Double(max(0, now.microseconds - bucket.at.microseconds)) / 1_000_000
            bucket.tokens = min(rate.burst, bucket.tokens + passed * rate.perSecond)
            bucket.at = now
            let missing = 1 - bucket.tokens
            if missing <= 0 { bucket.tokens -= 1 }
            buckets[key] = bucket
            return missing > 0 ? missing / rate.perSecond : nil
        }
        guard let wait else { return }
        throw Problem(
            .tooManyRequests, headers: [.retryAfter: String(max(1, Int(wait.rounded(.up))))])
    }

    private static func sweep(_ buckets: inout [String: Bucket], _ now: Moment) {
        buckets = buckets.filter { now.seconds - $0.value.at.seconds < 60 }
    }
}
