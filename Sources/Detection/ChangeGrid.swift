// The grid on which a series is watched for changes: hours, or the series' own step where it is slower.

package import Monitoring

/// Stretches of equal length in civil time, each of which gives one reading: the median of its values.
package struct ChangeGrid: Hashable, Sendable {
    /// Length of a stretch.
    package let step: Duration64
    /// Stretches a day; 1 where a stretch is a day or longer.
    package let slots: Int
    package let offset: UTCOffset
    /// Values a stretch brings when none is missing.
    package let expectedCount: Int

    /// The smallest step of whole hours that a day is made of and that is no shorter than the cadence; beyond a day the
    /// cadence itself. An hour's median leaves a spike no say.
    ///
    /// - Parameter cadence: between readings; above zero.
    package init(cadence: Duration64, offset: UTCOffset) {
        let hours = [1, 2, 3, 4, 6, 8, 12, 24]
        step = hours.lazy.map { Duration64.hours($0) }.first { $0 >= cadence } ?? cadence
        slots = max(1, Int(86_400_000 / step.milliseconds))
        expectedCount = max(1, Int(step.milliseconds / max(cadence.milliseconds, 1)))
        self.offset = offset
    }

    /// Values that a stretch needs: a quarter of what it brings.
    var neededCount: Int { max(1, (expectedCount + 3) / 4) }

    /// The number of the stretch that holds an instant.
    package func number(of instant: Instant) -> Int {
        let local = instant.milliseconds + Int64(offset.minutes) * 60_000
        let (quotient, rest) = local.quotientAndRemainder(dividingBy: step.milliseconds)
        return Int(rest < 0 ? quotient - 1 : quotient)
    }

    package func start(of number: Int) -> Instant {
        Instant(milliseconds: Int64(number) * step.milliseconds - Int64(offset.minutes) * 60_000)
    }
}
