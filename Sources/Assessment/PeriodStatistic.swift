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
    }

    /// A mean over one unit of the last level.
    package struct Part: Hashable, Sendable {
        package let start: CivilDate
        /// `nil` where the unit has fewer parts than its share, and for pH, which is averaged once over all values.
        package let mean: Fraction?
        package let used: Int
        package let expected: Int
        package let isValid: Bool
    }

    package let parameter: ParameterID
    package let period: CivilPeriod
    /// The mean, or why there is none.
    package let value: Result<Fraction, NotAssessable>
    /// Single values that took part, and how many the cadence leads to expect.
    package let used: Int
    package let expected: Int
    package let refused: [Refusal: Int]
    package let parts: [Part]
    /// Two different values for one start: which holds is for people to decide.
    package let isDisputed: Bool
    package let reviewState: ReviewState
    package let qualityPolicy: String
}

/// The mean of `values` over `period` by `rule`; values outside the period are passed over.
///
/// - Source: means of means as the rule's levels say; for surface water day, month and year of 环办监测函〔2020〕82号, for
///   air GB 3095 clause 3. Gas means never mix the reference states before and after 2018-09-01.
package func periodStatistic(
    _ values: [PeriodValue], of parameter: ParameterID, over period: CivilPeriod, rule: PeriodRule
) -> PeriodStatistic {
    var computation = PeriodComputation(parameter: parameter, period: period, rule: rule)
    computation.admit(values)
    return computation.statistic()
}

/// The steps from values to the period's mean.
private struct PeriodComputation {
    /// A mean on its way up, with the weight of each value in it where pH needs them.
    struct Mean {
        let start: CivilDate
        let value: Fraction
        let members: [(value: ExactDecimal, weight: Fraction)]
    }

    let parameter: ParameterID
    let period: CivilPeriod
    let rule: PeriodRule
    private var admitted: [(start: CivilDate, value: Fraction, item: ItemValue)] = []
    private var refused: [PeriodStatistic.Refusal: Int] = [:]
    private var isDisputed = false

    init(parameter: ParameterID, period: CivilPeriod, rule: PeriodRule) {
        self.parameter = parameter
        self.period = period
        self.rule = rule
    }

    mutating func admit(_ values: [PeriodValue]) {
        let interval = period.interval
        var byStart: [Instant: ItemValue] = [:]
        for value in values where interval.contains(value.start) {
            if value.item.qualifier == .missing {
                refused[.missing, default: 0] += 1
                continue
            }
            guard rule.quality.accepted.contains(value.quality) else {
                refused[.quality, default: 0] += 1
                continue
            }
            if let known = byStart[value.start] {
                if known != value.item { isDisputed = true }
                continue
            }
            byStart[value.start] = value.item
        }
        for (start, item) in byStart.sorted(by: { $0.key < $1.key }) {
            guard case .success(let number) = item.number(rule.belowDetection) else {
                refused[.censored, default: 0] += 1
                continue
            }
            if number.isNegative, ParameterCatalogue.standard[parameter]?.isNonNegative ?? false {
                refused[.impossible, default: 0] += 1
                continue
            }
            admitted.append((CivilTime(start, at: period.offset).date, number, item))
        }
    }

    func statistic() -> PeriodStatistic {
        var parts: [PeriodStatistic.Part] = []
        let value = mean(parts: &parts)
        return PeriodStatistic(
            parameter: parameter, period: period, value: value, used: admitted.count,
            expected: expectedCount(from: period.from, until: period.until), refused: refused, parts: parts,
            isDisputed: isDisputed, reviewState: .raw, qualityPolicy: rule.quality.name)
    }

    private func mean(parts: inout [PeriodStatistic.Part]) -> Result<Fraction, NotAssessable> {
        let last = period.until.advanced(byDays: -1)
        if GasReferenceState.of(parameter, on: period.from) != GasReferenceState.of(parameter, on: last) {
            return .failure(NotAssessable(.mixedEditions, "the gas reference state changes on 2018-09-01"))
        }
        guard let periodShare = rule.periodShare, rule.levels.allSatisfy({ $0.minimumShare != nil }) else {
            return .failure(NotAssessable(.ruleIncomplete, "a minimum share is left blank"))
        }
        if admitted.isEmpty { return .failure(NotAssessable(.noValues, "no value took part")) }
        var means = admitted.map { Mean(start: $0.start, value: $0.value, members: [($0.item.value, .one)]) }
        var expected = expectedCount(from: period.from, until: period.until)
        var lower: CivilUnit?
        for level in rule.levels {
            (means, parts) = step(means, to: level, from: lower)
            expected = parts.count
            lower = level.unit
        }
        guard expected > 0, Fraction(means.count) >= periodShare * Fraction(expected), !means.isEmpty else {
            let unit = lower?.rawValue ?? "value"
            let detail = "\(means.count) of \(expected) \(unit)s, needed is a share of \(periodShare)"
            return .failure(NotAssessable(.tooFewValues, detail))
        }
        return combined(means)
    }

    /// The means over the units of `level`, and what became of every unit of the period.
    private func step(
        _ means: [Mean], to level: PeriodRule.Level, from lower: CivilUnit?
    ) -> ([Mean], [PeriodStatistic.Part]) {
        var results: [Mean] = []
        var parts: [PeriodStatistic.Part] = []
        let groups = Dictionary(grouping: means) { level.unit.start(of: $0.start) }
        var start = level.unit.start(of: period.from)
        while start < period.until {
            let end = level.unit.end(from: start)
            let members = groups[start] ?? []
            let (first, last) = (max(start, period.from), min(end, period.until))
            let expected =
                lower.map { count(of: $0, from: first, until: last) } ?? expectedCount(from: first, until: last)
            let share = (level.minimumShare ?? .one) * Fraction(expected)
            let isValid = !members.isEmpty && Fraction(members.count) >= share
            let mean = isValid ? merged(members, start: start) : nil
            if let mean { results.append(mean) }
            parts.append(
                PeriodStatistic.Part(
                    start: start, mean: rule.averaging == .arithmetic ? mean?.value : nil, used: members.count,
                    expected: expected, isValid: isValid))
            start = end
        }
        return (results, parts)
    }

    private func merged(_ means: [Mean], start: CivilDate) -> Mean {
        let share = Fraction(1, means.count)
        guard rule.averaging == .arithmetic else {
            let members = means.flatMap { mean in mean.members.map { ($0.value, $0.weight * share) } }
            return Mean(start: start, value: .zero, members: members)
        }
        return Mean(start: start, value: means.reduce(Fraction.zero) { $0 + $1.value } * share, members: [])
    }

    private func combined(_ means: [Mean]) -> Result<Fraction, NotAssessable> {
        let whole = merged(means, start: period.from)
        guard case .hydrogenIons(let places) = rule.averaging else { return .success(whole.value) }
        do {
            return .success(try weightedHydrogenIonMean(whole.members, places: places))
        } catch {
            return .failure(NotAssessable(.impossibleValue, "\(error)"))
        }
    }

    private func expectedCount(from: CivilDate, until: CivilDate) -> Int {
        let span = Int64(until.dayNumber - from.dayNumber) * Duration64.days(1).milliseconds
        return Int(span / rule.cadence.milliseconds)
    }

    private func count(of unit: CivilUnit, from: CivilDate, until: CivilDate) -> Int {
        var count = 0
        var start = unit.start(of: from)
        while start < until {
            count += 1
            start = unit.end(from: start)
        }
        return count
    }
}
