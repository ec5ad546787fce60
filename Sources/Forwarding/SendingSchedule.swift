// Which waiting file goes next, and when: one bad file holds back no other, one bad node is not hammered by many files.

/// What follows a failed attempt for the others.
enum Blame {
    /// The attempt broke: this file waits longer each time, the next one follows after a short rest.
    case attempt
    /// No file would fare better now: all wait, and another one goes first then, should it be this file after all.
    case node
}

/// The failures so far, of each file and in a row, and until when each wait lasts.
///
/// Times are counted from one fixed moment, as `Pace.elapsed` counts them.
struct SendingSchedule {
    enum Step: Hashable {
        case send(Int)
        case wait(until: Duration)
        /// No file is waiting.
        case idle
    }

    private struct Wait {
        var failures = 0
        var until = Duration.zero
    }

    private let backOff: BackOff
    private var files: [String: Wait] = [:]
    private var node = Wait()

    init(_ backOff: BackOff) { self.backOff = backOff }

    /// Whether the last answer was a failure.
    var isTroubled: Bool { node.failures > 0 }

    /// The first of `names` that may be sent at `now`.
    func next(_ names: [String], now: Duration) -> Step {
        if names.isEmpty { return .idle }
        if node.until > now { return .wait(until: node.until) }
        var earliest = Duration.zero
        for (index, name) in names.enumerated() {
            guard let wait = files[name], wait.until > now else { return .send(index) }
            if index == 0 || wait.until < earliest { earliest = wait.until }
        }
        return .wait(until: earliest)
    }

    mutating func succeeded(_ name: String) {
        files[name] = nil
        node = Wait()
    }

    /// Notes a failure.
    ///
    /// - Returns: how long the file waits at least.
    mutating func failed(
        _ name: String, _ blame: Blame, retryAfter: Duration?, now: Duration, chance: Double
    ) -> Duration {
        node.failures += 1
        let nodeDelay = backOff.delay(failures: node.failures, chance: chance, retryAfter: retryAfter)
        node.until = now + nodeDelay
        var wait = files[name] ?? Wait()
        // Longer than the node's rest: the next attempt is another file's.
        var delay = nodeDelay + backOff.first
        if blame == .attempt {
            wait.failures += 1
            delay = max(delay, backOff.delay(failures: wait.failures, chance: chance, retryAfter: retryAfter))
        }
        wait.until = now + delay
        files[name] = wait
        return delay
    }
}
