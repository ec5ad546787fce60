// The silences of a station row by row: all that is carried is when it was heard last.

internal import Monitoring

/// Follows the starts of all rows of one station, in time order.
///
/// - Reference: `SilenceDetector.silences`; the same silences.
struct SilenceFollower: Sendable {
    private let cadence: Duration64?
    private let rule: SilenceRule
    private(set) var last: Instant?
    private(set) var closed: [SilenceDetector.Silence] = []

    init(cadence: Duration64?, rule: SilenceRule) {
        self.cadence = cadence
        self.rule = rule
    }

    /// - Precondition: `start` is not before the one added before.
    mutating func add(_ start: Instant) {
        defer { last = start }
        guard let last, let cadence, cadence > .zero else { return }
        precondition(last <= start, "A station is heard in time order.")
        if start.duration(since: last).milliseconds > cadence.milliseconds * Int64(rule.cadences) {
            closed.append(
                SilenceDetector.Silence(start: last.advanced(by: cadence), end: start, lastHeard: last))
        }
    }

    func write(to state: inout StateWriter) { state.write(last) }
    mutating func read(from state: inout StateReader) throws(StateProblem) { last = try state.optionalInstant() }
}
