// Means over a window that slides from hour to hour (8 h, 24 h): exact, from running sums at one exponent.

package import Exact
package import Monitoring
package import Standards

/// How sliding means are formed.
package struct SlidingRule: Sendable {
    package let window: Duration64
    /// The step from one window to the next, which is that of the values.
    package let cadence: Duration64
    /// Of the values due in one window.
    package let needs: Sufficiency
    package let quality: QualityPolicy
    package let belowDetection: BelowDetectionRule

    /// - Precondition: the window is a whole number of steps.
    package init(
        window: Duration64, cadence: Duration64, needs: Sufficiency, quality: QualityPolicy,
        belowDetection: BelowDetectionRule
    ) {
        precondition(
            cadence > .zero && window.milliseconds % cadence.milliseconds == 0 && window > .zero,
            "A window is a whole number of steps.")
        self.window = window
        self.cadence = cadence
        self.needs = needs
        self.quality = quality
        self.belowDetection = belowDetection
    }
}

/// The mean of one window.
package struct SlidingMean: Sendable {
    package let window: Interval
    package let value: Result<Fraction, NotAssessable>
    package let used: Int
    package let expected: Int
}

/// The mean of every window that lies in `interval`, one a step, the first beginning with it.
///
/// - Returns: windows in time order; a window below its need says so. Two different values for one start make every
///   window that holds them, and so the result, `disputed`.
/// - Complexity: O(n + windows): a running sum, in 128 bits while it fits.
package func slidingMeans(
    _ values: PeriodColumns, of parameter: ParameterID, in interval: Interval, rule: SlidingRule,
    excluding exclusions: [Exclusion] = []
) -> (means: [SlidingMean], isDisputed: Bool) {
    let excluded = exclusions.filter { $0.isApproved && $0.concerns(parameter) }.map(\.interval)
    let admitted = AdmittedValues(
        values, of: parameter, within: interval, quality: rule.quality, belowDetection: rule.belowDetection,
        excluded: excluded)
    let expected = Int(rule.window.milliseconds / rule.cadence.milliseconds)
    let running = RunningSums(admitted)
    var means: [SlidingMean] = []
    var (first, end) = (0, 0)
    var start = interval.start
    while start.advanced(by: rule.window) <= interval.end {
        let window = Interval(start: start, end: start.advanced(by: rule.window))
        first = admitted.firstRow(from: first, notBefore: window.start.milliseconds)
        end = admitted.firstRow(from: max(first, end), notBefore: window.end.milliseconds)
        let used = end - first
        let value: Result<Fraction, NotAssessable> =
            if rule.needs.isBlank {
                .failure(NotAssessable(.ruleIncomplete, "what a window needs is left blank"))
            } else if used == 0 {
                .failure(NotAssessable(.noValues, "no value took part"))
            } else if !rule.needs.isReached(by: used, of: expected) {
                .failure(NotAssessable(.tooFewValues, "\(used) of \(expected) values, needed is \(rule.needs)"))
            } else {
                .success(running.sum(first..<end) / Fraction(used))
            }
        means.append(SlidingMean(window: window, value: value, used: used, expected: expected))
        start = start.advanced(by: rule.cadence)
    }
    return (means, admitted.isDisputed)
}

/// Sums from the first value on, so that any stretch is a difference; without them where 127 bits do not suffice.
private struct RunningSums {
    private let admitted: AdmittedValues
    private let exponent: Int
    private var sums: [Int128]?

    init(_ admitted: AdmittedValues) {
        self.admitted = admitted
        let exponent = Int(admitted.exponent.min() ?? 0)
        self.exponent = exponent
        var sums: [Int128] = [0]
        sums.reserveCapacity(admitted.count + 1)
        var total: Int128 = 0
        for row in 0..<admitted.count {
            guard let value = scaled(Int128(admitted.mantissa[row]), by: Int(admitted.exponent[row]) - exponent) else {
                return
            }
            let (sum, overflow) = total.addingReportingOverflow(value)
            if overflow { return }
            total = sum
            sums.append(sum)
        }
        self.sums = sums
    }

    func sum(_ rows: Range<Int>) -> Fraction {
        guard let sums else { return admitted.sum(rows) }
        return Fraction(units: sums[rows.upperBound] - sums[rows.lowerBound], exponent: exponent)
    }
}
