// What a detector saw (异常): an episode, a trend, a silence, each with an identity that outlives new data.

package import Exact
package import Monitoring

/// What a finding is, for good: the same finding keeps it however often the data are looked at again.
package struct FindingID: Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case threshold, trend, silence
        case preWarning = "pre-warning"
        case forecast
        case change
    }

    package let kind: Kind
    package let section: SectionID
    package let station: StationID
    /// `nil` where the whole station is meant.
    package let parameter: ParameterID?
    package let start: Instant

    package init(kind: Kind, section: SectionID, station: StationID, parameter: ParameterID?, start: Instant) {
        self.kind = kind
        self.section = section
        self.station = station
        self.parameter = parameter
        self.start = start
    }
}

extension FindingID: Comparable {
    /// By time first: the order in which people meet them.
    package static func < (left: FindingID, right: FindingID) -> Bool {
        (left.start, left.section, left.station, left.parameter?.rawValue ?? "", left.kind.rawValue)
            < (right.start, right.section, right.station, right.parameter?.rawValue ?? "", right.kind.rawValue)
    }
}

/// The text a verdict rests on.
package struct LegalBasis: Hashable, Sendable {
    /// `GB 3838-2002`
    package let standard: String
    /// The edition or phase: `cn-gb3095-2026-transition`.
    package let edition: String
    /// `表1 / table 1`
    package let clause: String

    package init(standard: String, edition: String, clause: String) {
        self.standard = standard
        self.edition = edition
        self.clause = clause
    }
}

/// An episode over a limit, with what it means by the standard.
package struct ThresholdFinding: Hashable, Sendable {
    package let episode: ThresholdEpisode
    /// (C − S) / S at the peak, exact; `nil` for items without a multiple (temperature, pH, dissolved oxygen, indexes).
    package let multiple: Fraction?
    /// Water: the class the peak reading stands in, real-time and unreviewed.
    package let peakClass: WaterClass?
    package let targetClass: WaterClass?
    /// Air: the hourly index of the peak, and the highest that meets the target.
    package let peakIndex: Int?
    package let targetIndex: Int?
    /// The parameter's unit as the standard writes it; empty without one.
    package let unit: String
    package let basis: LegalBasis
}

/// A monotonic trend of daily means; a matter of statistics, never a measured exceedance.
package struct TrendFinding: Hashable, Sendable {
    package enum Direction: String, Sendable, CaseIterable { case rising, falling }

    package let direction: Direction
    /// The first moment after the last day of the window described here.
    package let windowEnd: Instant
    /// Days with a mean in that window.
    package let dayCount: Int
    /// Two-sided, Mann–Kendall with ties.
    package let probability: Double
    /// Sen's slope in the parameter's unit a year.
    package let slopePerYear: Double
    package let median: Double
    package let unit: String
}

/// Readings near a limit (预警): what is likely to happen if nothing is done, never a measured exceedance.
package struct PreWarningFinding: Hashable, Sendable {
    /// The episode of readings beyond the share; none of them is beyond the limit. Its peak's limit is the one at which
    /// a reading is near.
    package let reached: ThresholdFinding
    /// The limit itself.
    package let limit: TargetLimit
    /// The share of it that is told of, as the section's target says.
    package let share: ExactDecimal
}

/// A month whose mean will miss its target unless the rest of it is better (预测): statistics of unreviewed readings,
/// never an assessment of the period.
package struct ForecastFinding: Hashable, Sendable {
    package let month: Interval
    /// The end of the last day that told of it.
    package let evaluatedAt: Instant
    package let outlook: MonthOutlook
    package let limit: TargetLimit
    /// The share of the limit above which the rest raises no alarm, as the section's target says; `nil`: only what
    /// can no longer be kept is told.
    package let share: ExactDecimal?
    package let unit: String
    package let basis: LegalBasis

    /// The mean of the remaining readings at which the month just keeps the target.
    package var remainingMean: Fraction? {
        switch limit {
        case .maximum(let bound), .minimum(let bound): outlook.remainingMean(keeping: bound)
        case .range: nil
        }
    }

    /// No concentration is low enough any more.
    package var isLost: Bool {
        if case .maximum = limit { remainingMean.map { $0 < .zero } ?? false } else { false }
    }
}

/// A station that sends nothing.
package struct SilenceFinding: Hashable, Sendable {
    /// The last row before the silence.
    package let lastHeard: Instant
    package let cadence: Duration64
}

/// One thing a detector saw.
package struct Finding: Hashable, Sendable {
    package enum Detail: Hashable, Sendable {
        case threshold(ThresholdFinding)
        case trend(TrendFinding)
        case silence(SilenceFinding)
        case preWarning(PreWarningFinding)
        case forecast(ForecastFinding)
        case change(ChangeFinding)
    }

    package let id: FindingID
    /// `nil` while it lasts. An end always comes from values that were measured and received.
    package let end: Instant?
    package let detail: Detail

    package init(id: FindingID, end: Instant?, detail: Detail) {
        self.id = id
        self.end = end
        self.detail = detail
    }
}

/// What one detection looked at: a finding that is gone from here was taken back by the data, not by their absence.
package struct ExaminedSeries: Hashable, Sendable {
    package let kind: FindingID.Kind
    package let section: SectionID
    package let station: StationID
    package let parameter: ParameterID?
    /// From the first reading to the last.
    package let span: Interval

    package init(
        kind: FindingID.Kind, section: SectionID, station: StationID, parameter: ParameterID?, span: Interval
    ) {
        self.kind = kind
        self.section = section
        self.station = station
        self.parameter = parameter
        self.span = span
    }

    /// Whether a finding with this identity would have been seen again.
    package func covers(_ id: FindingID) -> Bool {
        kind == id.kind && section == id.section && station == id.station && parameter == id.parameter
            && span.start <= id.start && id.start <= span.end
    }
}

/// The findings of one section and what they were looked for in.
package struct SectionFindings: Sendable {
    package var findings: [Finding] = []
    package var examined: [ExaminedSeries] = []

    package init() {}
}
