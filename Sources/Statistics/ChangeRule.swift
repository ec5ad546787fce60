// What a change monitor works with, each number named and with its reason; our defaults, no law.

/// The chart that watches a series' residuals.
package enum ChangeChart: String, Hashable, Sendable, CaseIterable {
    /// The two-sided CUSUM of the innovations, as a likelihood ratio of a lasting shift.
    case cusum
    /// The two-sided Page–Hinkley test of the standardised residuals.
    case pageHinkley = "page-hinkley"
    /// The exponentially weighted moving average of the standardised residuals.
    case ewma
}

/// How changes of level are looked for. Days are days of readings; a series slower than daily counts readings instead.
///
/// The numbers were chosen on one half of the labelled synthetic set (`docs/changes.md`); they are ours, no law.
package struct ChangeRule: Hashable, Sendable {
    package var chart = ChangeChart.cusum
    /// History a series is calibrated on: four weeks for the first baseline and four that it is tried on.
    package var trainingDays = 56
    /// Days whose levels make the baseline: a line through four weeks follows a season and not a day.
    package var baselineDays = 28
    /// Days with a level that a baseline needs.
    package var baselineMinimum = 7
    /// Share of a day's readings that a level needs.
    package var dayShare = 0.5
    /// Days after a detection in which the series shows whether the change lasts.
    package var settlingDays = 2
    /// A change lasts when the last day of settling lies further than this from the baseline, in standard deviations.
    package var lastingShift = 1.0
    /// Days over which the daily profile and the scale follow the season.
    package var adaptationDays = 28
    /// The shift the chart is best at, in standard deviations of the residuals.
    package var designShift = 2.0
    /// Innovations further out count as this many standard deviations: one reading alone never signals.
    package var clip = 3.0
    /// The newest residual lies at least this many standard deviations on the change's side.
    package var leastShift = 1.0
    /// The newest value's weight in the moving average.
    package var averageWeight = 0.1
    /// Days from one false alarm to the next, on average, by the bootstrap of the series' own history: four years.
    package var runLengthDays = 1_461
    /// Runs of that length that the bootstrap plays through.
    package var runCount = 8
    /// Readings that the bootstrap draws together: the innovations hardly remember, and longer blocks repeat the few
    /// excursions of the history instead of making others.
    package var blockReadings = 2
    /// The longest run that is played; a longer one is told from the decay of the excursions.
    package var playedReadings = 16_384
    package var seed: UInt64 = 1
    /// Residuals a calibration needs at the least.
    package var residualMinimum = 24

    package init() {}

    /// For alerts that two regions have to answer: a run length of a hundred years, since four weeks of history know
    /// little of a year and a station has several series.
    package static let forAlerts: ChangeRule = {
        var rule = ChangeRule()
        rule.runLengthDays = 36_525
        return rule
    }()

    /// Names the rule in a checkpoint: states made by another rule are not taken up.
    package var fingerprint: UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        func mix(_ bits: UInt64) {
            for shift in stride(from: 0, to: 64, by: 8) {
                hash = (hash ^ (bits >> UInt64(shift) & 0xFF)) &* 0x0000_0100_0000_01b3
            }
        }
        mix(UInt64(ChangeChart.allCases.firstIndex(of: chart) ?? 0))
        let counts = [
            trainingDays, baselineDays, baselineMinimum, settlingDays, adaptationDays, runLengthDays, runCount,
            blockReadings, playedReadings, residualMinimum,
        ]
        for count in counts { mix(UInt64(bitPattern: Int64(count))) }
        for number in [dayShare, lastingShift, designShift, clip, leastShift, averageWeight] { mix(number.bitPattern) }
        mix(seed)
        return hash
    }

    /// - Precondition: every number makes sense by itself; called where a monitor is made.
    func check() {
        precondition(baselineMinimum >= 2 && baselineDays >= baselineMinimum, "A baseline needs two days or more.")
        precondition(baselineDays <= baselineDaysLimit, "A baseline reaches back at most 64 days.")
        precondition(trainingDays > baselineDays && trainingDays <= 366, "Training goes beyond the first baseline.")
        precondition(
            settlingDays >= 1 && adaptationDays >= 1 && blockReadings >= 1 && playedReadings >= 1,
            "Days are counted from one.")
        precondition(designShift > 0 && clip > 0 && runLengthDays > 0, "A chart is designed for something.")
    }
}

/// The most days a baseline may reach back.
let baselineDaysLimit = 64

/// Why a series is not watched.
package enum UnwatchedReason: String, Sendable, CaseIterable {
    /// Fewer days than the training asks for, or too few readings in them.
    case shortHistory = "short-history"
    /// All readings of the history are equal: there is no scale to measure a change in.
    case constant
    /// No threshold was found: the history is too regular to calibrate on.
    case noThreshold = "no-threshold"
    /// Too few of the latest days have a level.
    case noBaseline = "no-baseline"
}

/// A change of level that was detected.
package struct LevelChange: Equatable, Sendable {
    package enum Direction: String, Sendable, CaseIterable { case rise, fall }

    /// The first reading of the change by the chart, and the reading that showed it.
    package let start: Int
    package let detected: Int
    package let direction: Direction
    /// The median distance from the baseline from `start` to `detected`, in the readings' unit.
    package let size: Double
    /// The chart's statistic, and the threshold it went over.
    package let statistic: Double
    package let threshold: Double
    /// The baseline at the moment of detection.
    package let baseline: Double

    package init(
        start: Int, detected: Int, direction: Direction, size: Double, statistic: Double, threshold: Double,
        baseline: Double
    ) {
        self.start = start
        self.detected = detected
        self.direction = direction
        self.size = size
        self.statistic = statistic
        self.threshold = threshold
        self.baseline = baseline
    }
}

/// What became of a change.
package enum ChangeOutcome: String, Sendable, CaseIterable {
    /// The new level stayed and is the baseline now.
    case lasting
    /// The series came back.
    case returned
    /// It went silent for longer than its training and is learned anew.
    case lost
}

/// What adding a reading may bring to light.
package enum ChangeEvent: Equatable, Sendable {
    case detected(LevelChange)
    /// `settled`: the reading with which it was decided; `size`: the distance from the old baseline then.
    case settled(LevelChange, ChangeOutcome, settled: Int, size: Double)
}
