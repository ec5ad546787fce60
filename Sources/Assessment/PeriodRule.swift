// How single values become the value of a period: levels, shares, what takes part. Every number is named by a rule.

package import Exact
package import Monitoring

/// A span of civil days, `from` included, `until` excluded, at a fixed offset from UTC.
package struct CivilPeriod: Hashable, Sendable {
    package let from: CivilDate
    package let until: CivilDate
    package let offset: UTCOffset

    /// - Precondition: `from` is before `until`.
    package init(from: CivilDate, until: CivilDate, offset: UTCOffset) {
        precondition(from < until, "A period has at least one day.")
        self.from = from
        self.until = until
        self.offset = offset
    }

    package var interval: Interval { Interval(start: from.start(at: offset), end: until.start(at: offset)) }
}

/// A unit of the calendar whose mean is a step on the way to the period's.
package enum CivilUnit: String, Sendable, CaseIterable, Comparable {
    case day, month, quarter, year

    package static func < (left: CivilUnit, right: CivilUnit) -> Bool { left.order < right.order }

    private var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// The first day of the unit that `date` lies in.
    package func start(of date: CivilDate) -> CivilDate {
        let month =
            switch self {
            case .day, .month: date.month
            case .quarter: (date.month - 1) / 3 * 3 + 1
            case .year: 1
            }
        return CivilDate(year: date.year, month: month, day: self == .day ? date.day : 1) ?? date
    }

    /// The first day after the unit that begins on `start`.
    package func end(from start: CivilDate) -> CivilDate {
        let months =
            switch self {
            case .day: 0
            case .month: 1
            case .quarter: 3
            case .year: 12
            }
        if months == 0 { return start.advanced(byDays: 1) }
        let count = start.month - 1 + months
        return CivilDate(year: start.year + count / 12, month: count % 12 + 1, day: 1) ?? start
    }
}

/// How a mean is formed.
package enum Averaging: Hashable, Sendable {
    case arithmetic
    /// pH: over hydrogen ions, rounded once at this many decimals. The exact mean is irrational, so the place belongs to
    /// the rule; where a class follows it is the place of the assessment, and no second rounding changes it.
    case hydrogenIons(places: Int)
}

/// The rule of a period's mean.
///
/// Minimum shares have no default: the national number was not found, so an agreement or its annex names them. A share
/// left `nil` makes every result not assessable.
package struct PeriodRule: Sendable {
    /// One step: means over `unit`, each of at least `minimumShare` of the parts expected in it.
    package struct Level: Hashable, Sendable {
        package let unit: CivilUnit
        package let minimumShare: Fraction?

        package init(_ unit: CivilUnit, minimumShare: Fraction?) {
            self.unit = unit
            self.minimumShare = minimumShare
        }
    }

    /// The step between values; gives the count expected.
    package let cadence: Duration64
    /// From the shortest unit to the longest; the period's value is the mean over the last.
    package let levels: [Level]
    /// The share of the last level's units (of the values, without levels) that the period needs.
    package let periodShare: Fraction?
    package let averaging: Averaging
    package let quality: QualityPolicy
    package let belowDetection: BelowDetectionRule

    /// - Precondition: `cadence` is positive and units grow from level to level.
    package init(
        cadence: Duration64, levels: [Level], periodShare: Fraction?, averaging: Averaging, quality: QualityPolicy,
        belowDetection: BelowDetectionRule
    ) {
        precondition(cadence > .zero, "Values come at a positive step.")
        precondition(
            zip(levels, levels.dropFirst()).allSatisfy { $0.unit < $1.unit }, "Levels go from short to long units.")
        self.cadence = cadence
        self.levels = levels
        self.periodShare = periodShare
        self.averaging = averaging
        self.quality = quality
        self.belowDetection = belowDetection
    }
}

/// One value that may take part in a period's mean.
package struct PeriodValue: Hashable, Sendable {
    package let start: Instant
    package let item: ItemValue
    package let quality: QualityVerdict

    package init(start: Instant, value: ExactDecimal, quality: QualityVerdict, qualifier: Qualifier = .none) {
        self.start = start
        item = ItemValue(value, qualifier: qualifier)
        self.quality = quality
    }
}
