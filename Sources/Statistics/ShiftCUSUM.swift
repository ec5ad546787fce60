// The two-sided CUSUM of a series whose noise remembers: the likelihood ratio of a lasting shift against none.

/// What a shift chart is designed for: first-order autoregressive noise and the least shift worth telling.
package struct ShiftDesign: Equatable, Sendable {
    /// What remains of the noise from one reading to the next, 0 ..< 1.
    package var persistence: Double
    /// The noise's standard deviation, in the residuals' unit.
    package var scale: Double
    /// The shift the chart is best at, in standard deviations of the noise.
    package var shift: Double
    /// Innovations further out than this count as this: no single reading signals, however far off.
    package var clip: Double

    package init(persistence: Double, scale: Double, shift: Double, clip: Double) {
        self.persistence = persistence
        self.scale = scale
        self.shift = shift
        self.clip = clip
    }

    /// What a shift adds to the standardised innovations: at its first reading and at each after it.
    ///
    /// - Parameter gap: readings from the last one present to this one, 1 without a hole.
    package func innovations(gap: Int) -> (remains: Double, spread: Double, first: Double, later: Double) {
        var remains = 1.0
        // Nothing measurable remains after that many readings.
        for _ in 0..<min(gap, 1_000) { remains *= persistence }
        let spread = (1 - remains * remains).squareRoot()
        return (remains, spread, shift / spread, shift * (1 - remains) / spread)
    }
}

/// The state of one series.
package struct ShiftCUSUM: Equatable, Sendable {
    /// The log-likelihood ratio of the best beginning of a rise, 0 where none is likelier than no change.
    package internal(set) var up = 0.0
    /// The same of a fall.
    package internal(set) var down = 0.0

    package init() {}

    /// Adds one standardised innovation.
    ///
    /// A shift by δ standard deviations shows in the innovations of AR(1) noise as δ / √(1 − φ²) at its first reading
    /// and (1 − φ) of that at each after it; without memory both are δ, and the chart is the tabular CUSUM with
    /// allowance δ / 2, times δ.
    /// - Returns: whether the best beginning of a rise, and of a fall, is this reading.
    /// - Complexity: O(1), no allocation.
    /// - Source: Page 1954 as a sequence of likelihood ratios; Lu and Reynolds, CUSUM charts for monitoring an
    ///   autocorrelated process, Journal of Quality Technology 33, 2001.
    /// - Reference: `shiftCUSUMReference(_:first:later:)`; apart by rounding.
    package mutating func add(_ innovation: Double, first: Double, later: Double) -> (rises: Bool, falls: Bool) {
        let continuedUp = up + later * innovation - later * later / 2
        let continuedDown = down - later * innovation - later * later / 2
        let begunUp = first * innovation - first * first / 2
        let begunDown = -first * innovation - first * first / 2
        let rises = up <= 0 || begunUp >= continuedUp
        let falls = down <= 0 || begunDown >= continuedDown
        up = max(0, begunUp >= continuedUp ? begunUp : continuedUp)
        down = max(0, begunDown >= continuedDown ? begunDown : continuedDown)
        return (rises, falls)
    }
}
