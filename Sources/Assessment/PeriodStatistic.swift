// The mean of a period from single values, exactly, with the counts that show whether it stands.

package import Exact
package import Monitoring
package import Standards

/// The value of one parameter over one period.
package struct PeriodStatistic: Sendable {
    /// Why values took no part.
    package enum Refusal: String, Sendable, CaseIterable {
        /// The source stated that there is none.
        case missing
        /// The quality verdict is not among those the policy accepts.
        case quality
        /// `<` or `>` without a number by the rule.
        case censored
        /// Below zero where nothing can be.
        case impossible
        /// Taken out by an approved record.
        case excluded
    }

    /// A mean over one unit of the last level.
    package struct Part: Hashable, Sendable {
        package let start: Instant
        /// `nil` where the unit has less than it needs, and for pH, which is averaged once over all values.
        package let mean: Fraction?
        package let used: Int
        package let expected: Int
        package let isValid: Bool
    }

    /// What became of the parts of one level of the mean.
    package struct LevelUse: Hashable, Sendable {
        package let unit: CivilUnit
        /// Units with as much as they need, and units expected.
        package let used: Int
        package let expected: Int
        package let needs: Sufficiency
    }

    package let parameter: ParameterID
    package let period: CivilPeriod
    /// The mean, or why there is none; pH rounded once at the rule's decimals, as it is printed and enters formulas.
    package let value: Result<Fraction, NotAssessable>
    /// The mean as a comparison takes it: `value`, but pH before any rounding (`HydrogenIonWeights.comparableMean`).
    package let unrounded: Result<Fraction, NotAssessable>
    /// Single values that are valid, and how many the rule's step leads to expect.
    package let used: Int
    package let expected: Int
    /// Those of `used` that lie in units with as much as they need, and so in the mean.
    package let entered: Int
    /// From the shortest unit to the longest.
    package let levels: [LevelUse]
    package let refused: [Refusal: Int]
    package let parts: [Part]
    /// pH: its values with their weights in the mean, so that a mean over sections rounds once and not twice; else empty.
    package let ions: HydrogenIonWeights
    /// Two different values for one start: which holds is for people to decide.
    package let isDisputed: Bool
    /// How far the values had been reviewed: said by whoever supplied them, never raised by the computation.
    package let reviewState: ReviewState
    package let qualityPolicy: String
    /// The rule's chain of means, as printed.
    package let chain: String
    /// Ids of the exclusion records under which it was computed, in order; empty: as measured.
    package let exclusions: [String]
}

/// The mean of `values` over `period` by `rule`; values outside the period are passed over.
///
/// - Parameter exclusions: records that concern this series; those not approved change nothing.
/// - Source: means of means as the rule's levels say; for surface water day, month and year of 环办监测函〔2020〕82号, for
///   air GB 3095 clause 3. Gas means never mix the reference states before and after 2018-09-01.
/// - Complexity: O(n) for values in time order, O(n log n) otherwise; sums by `exactSum`.
package func periodStatistic(
    _ values: PeriodColumns, of parameter: ParameterID, over period: CivilPeriod, rule: PeriodRule,
    excluding exclusions: [Exclusion] = [], reviewState: ReviewState = .raw
) -> PeriodStatistic {
    let applied = exclusions.filter {
        $0.isApproved && $0.concerns(parameter) && $0.interval.overlaps(period.interval)
    }
    return PeriodComputation(
        values, of: parameter, over: period, rule: rule, excluding: applied, reviewState: reviewState
    ).statistic()
}

/// As above for values one by one.
package func periodStatistic(
    _ values: [PeriodValue], of parameter: ParameterID, over period: CivilPeriod, rule: PeriodRule,
    excluding exclusions: [Exclusion] = [], reviewState: ReviewState = .raw
) -> PeriodStatistic {
    periodStatistic(
        PeriodColumns(values), of: parameter, over: period, rule: rule, excluding: exclusions,
        reviewState: reviewState)
}

/// One statistic computed twice: as measured, and with approved values taken out.
///
/// Both are always printed; which of them counts for what is said by the document that approved the exclusion.
package struct ExcludedStatistic: Sendable {
    package let without: PeriodStatistic
    package let with: PeriodStatistic
    /// Records that concern the series and period but that nobody approved yet; they change nothing.
    package let notApproved: [String]

    /// The figure that counts: with the approved exclusions.
    package var figure: PeriodStatistic { with }
    package var isChanged: Bool { !with.exclusions.isEmpty }
}

/// Both figures of one series and period; see `periodStatistic`.
package func statistic(
    _ values: PeriodColumns, of parameter: ParameterID, over period: CivilPeriod, rule: PeriodRule,
    excluding exclusions: [Exclusion], reviewState: ReviewState = .raw
) -> ExcludedStatistic {
    let measured = periodStatistic(values, of: parameter, over: period, rule: rule, reviewState: reviewState)
    let concerned = exclusions.filter { $0.concerns(parameter) && $0.interval.overlaps(period.interval) }
    let pending = concerned.filter { !$0.isApproved }.map(\.id).sorted()
    guard concerned.contains(where: \.isApproved) else {
        return ExcludedStatistic(without: measured, with: measured, notApproved: pending)
    }
    let reduced = periodStatistic(
        values, of: parameter, over: period, rule: rule, excluding: concerned, reviewState: reviewState)
    return ExcludedStatistic(without: measured, with: reduced, notApproved: pending)
}
