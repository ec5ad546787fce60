// How long a station waits before it asks again: longer after each failure, never all stations at once.

/// Exponential back-off with full jitter, and a node's own word on when to come back.
///
/// - Source: RFC 9110, section 10.2.3 (Retry-After).
package struct BackOff: Hashable, Sendable {
    /// The longest wait after the first failure; each further failure doubles it.
    package var first = Duration.seconds(1)
    /// No wait is longer: a node that is back gets its data within minutes.
    package var longest = Duration.seconds(300)
    /// A node that asks for more than this is asked again all the same.
    package var longestRetryAfter = Duration.seconds(3_600)

    package init() {}

    /// The wait after the `failures`-th failure in a row.
    ///
    /// - Parameter chance: even in 0..<1; spreads the stations that failed together.
    /// - Parameter retryAfter: what the node asked for; the wait is never shorter, up to its limit.
    package func delay(failures: Int, chance: Double, retryAfter: Duration? = nil) -> Duration {
        precondition(failures > 0 && (0..<1).contains(chance), "Back-off follows a failure.")
        if let retryAfter { return min(retryAfter, longestRetryAfter) + first * chance }
        // 2⁶² would overflow; the longest wait is reached long before.
        let doubled = first * (1 << min(failures - 1, 30))
        return min(doubled, longest) * chance
    }
}

/// What the forwarder takes from the world besides files and answers: time that passes, and chance.
package struct Pace: Sendable {
    /// Time since some fixed moment.
    package var elapsed: @Sendable () -> Duration
    package var pause: @Sendable (Duration) async throws -> Void
    /// Even in 0..<1.
    package var chance: @Sendable () -> Double

    package init(
        elapsed: @escaping @Sendable () -> Duration, pause: @escaping @Sendable (Duration) async throws -> Void,
        chance: @escaping @Sendable () -> Double
    ) {
        self.elapsed = elapsed
        self.pause = pause
        self.chance = chance
    }

    /// The machine's own clock and chance.
    package static func real() -> Pace {
        let start = ContinuousClock.now
        return Pace(
            elapsed: { start.duration(to: .now) }, pause: { try await Task.sleep(for: $0) },
            chance: { Double.random(in: 0..<1) })
    }
}
