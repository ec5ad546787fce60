// The consequence as it is said, for one kind of check; `InstrumentQACheck` must say the same.

internal import Exact
package import Monitoring

/// `suspect` when the record before the time failed, or the one after it did; `valid` after a pass; else untested.
package func instrumentQAReference(
    _ time: Instant, records: [InstrumentRecord], rule: InstrumentRule?
) -> QualityVerdict {
    let decided = records.filter { $0.outcome(rule) != .incomplete }
    let lastTime = decided.map(\.time).filter { $0 <= time }.max()
    let nextTime = decided.map(\.time).filter { $0 > time }.min()
    let around = decided.filter { $0.time == lastTime || $0.time == nextTime }
    if around.contains(where: { $0.outcome(rule) == .failed }) { return .suspect }
    guard let lastTime else { return .notTested }
    if let every = rule?.every, time.duration(since: lastTime) > every { return .notTested }
    return .valid
}
