// The steps from single values to the mean of a period: sums over the first level, means of means above it.

internal import Exact
internal import Monitoring
internal import Standards

struct PeriodComputation {
    /// A mean on its way up, with the weights of its values where pH needs them.
    private struct Mean {
        let start: Int64
        let value: Fraction
        let ions: HydrogenIonWeights
        /// Single values in it.
        let count: Int
    }

    /// What is found on the way to a mean, besides it.
    private struct Trail {
        var parts: [PeriodStatistic.Part] = []
        var ions = HydrogenIonWeights()
        var levels: [PeriodStatistic.LevelUse] = []
        var entered = 0
    }

    private let parameter: ParameterID
    private let period: CivilPeriod
    private let rule: PeriodRule
    private let admitted: AdmittedValues
    private let exclusions: [Exclusion]
    private let reviewState: ReviewState
    private let averagesIons: Bool

    init(
        _ values: PeriodColumns, of parameter: ParameterID, over period: CivilPeriod, rule: PeriodRule,
        excluding exclusions: [Exclusion], reviewState: ReviewState
    ) {
        self.parameter = parameter
        self.period = period
        self.rule = rule
        self.exclusions = exclusions
        self.reviewState = reviewState
        averagesIons = rule.averaging != .arithmetic
        admitted = AdmittedValues(
            values, of: parameter, within: period.interval, quality: rule.quality,
            // Half of a pH means nothing: a censored one has no number under any rule.
            belowDetection: rule.averaging == .arithmetic ? rule.belowDetection : .refuse,
            excluded: exclusions.map(\.interval))
    }

    func statistic() -> PeriodStatistic {
        var trail = Trail()
        let unrounded = mean(&trail)
        return PeriodStatistic(
            parameter: parameter, period: period, value: unrounded.map(printed), unrounded: unrounded,
            used: admitted.count, expected: expectedValues(in: period.interval), entered: trail.entered,
            levels: trail.levels, refused: admitted.refused, parts: trail.parts, ions: trail.ions,
            isDisputed: admitted.isDisputed, reviewState: reviewState, qualityPolicy: rule.quality.name,
            chain: rule.chain, exclusions: exclusions.map(\.id).sorted())
    }

    private func mean(_ trail: inout Trail) -> Result<Fraction, NotAssessable> {
        let last = period.until.advanced(byDays: -1)
        if GasReferenceState.of(parameter, on: period.from) != GasReferenceState.of(parameter, on: last) {
            return .failure(NotAssessable(.mixedEditions, "the gas reference state changes on 2018-09-01"))
        }
        if rule.hasBlank { return .failure(NotAssessable(.ruleIncomplete, "a minimum share or count is left blank")) }
        if admitted.count == 0 { return .failure(NotAssessable(.noValues, "no value took part")) }
        var means: [Mean] = []
        var found = admitted.count
        var expected = expectedValues(in: period.interval)
        var lower: CivilUnit?
        for level in rule.levels {
            (means, trail.parts) =
                lower.map { step(means, to: level, from: $0) } ?? firstStep(to: level)
            (found, expected) = (means.count, expectedParts(trail.parts, of: level.unit))
            trail.levels.append(
                PeriodStatistic.LevelUse(unit: level.unit, used: found, expected: expected, needs: level.needs))
            lower = level.unit
        }
        trail.entered = lower == nil ? admitted.count : means.reduce(0) { $0 + $1.count }
        guard expected > 0, rule.periodNeeds.isReached(by: found, of: expected) else {
            let unit = lower?.rawValue ?? "value"
            let detail = "\(found) of \(expected) \(unit)s, needed is \(rule.periodNeeds)"
            return .failure(NotAssessable(.tooFewValues, detail))
        }
        return combined(lower == nil ? [merged(rows: 0..<admitted.count, start: 0)] : means, ions: &trail.ions)
    }

    // MARK: Levels

    /// Sums over the units of the first level, straight from the columns.
    private func firstStep(to level: PeriodRule.Level) -> ([Mean], [PeriodStatistic.Part]) {
        var results: [Mean] = []
        var parts: [PeriodStatistic.Part] = []
        var row = 0
        forEachUnit(level.unit) { start, span in
            let end = admitted.firstRow(from: row, notBefore: span.end.milliseconds)
            let expected = expectedValues(in: span)
            let mean =
                level.needs.isReached(by: end - row, of: expected)
                ? merged(rows: row..<end, start: start.milliseconds) : nil
            parts.append(part(start, mean, used: end - row, expected: expected))
            if let mean { results.append(mean) }
            row = end
        }
        return (results, parts)
    }

    /// The means over the units of `level`, and what became of every unit of the period.
    private func step(
        _ means: [Mean], to level: PeriodRule.Level, from lower: CivilUnit
    ) -> ([Mean], [PeriodStatistic.Part]) {
        var results: [Mean] = []
        var parts: [PeriodStatistic.Part] = []
        var next = means[...]
        forEachUnit(level.unit) { start, span in
            let members = next.prefix { $0.start < span.end.milliseconds }
            next = next.dropFirst(members.count)
            let expected = expectedUnits(of: lower, in: span)
            let mean =
                level.needs.isReached(by: members.count, of: expected)
                ? merged(members, start: start.milliseconds) : nil
            parts.append(part(start, mean, used: members.count, expected: expected))
            if let mean { results.append(mean) }
        }
        return (results, parts)
    }

    private func part(_ start: Instant, _ mean: Mean?, used: Int, expected: Int) -> PeriodStatistic.Part {
        PeriodStatistic.Part(
            start: start, mean: averagesIons ? nil : mean?.value, used: used, expected: expected, isValid: mean != nil)
    }

    /// Calls `body` with the beginning of each unit the period touches, and the stretch of it inside the period.
    private func forEachUnit(_ unit: CivilUnit, _ body: (Instant, Interval) -> Void) {
        let whole = period.interval
        var start = unit.start(of: whole.start, at: period.offset)
        while start < whole.end {
            let end = unit.end(from: start, at: period.offset)
            body(start, Interval(start: max(start, whole.start), end: min(end, whole.end)))
            start = end
        }
    }

    // MARK: Means

    private func merged(rows: Range<Int>, start: Int64) -> Mean {
        let share = Fraction(1, rows.count)
        var ions = HydrogenIonWeights()
        guard averagesIons else {
            return Mean(start: start, value: admitted.sum(rows) * share, ions: ions, count: rows.count)
        }
        ions.add(admitted.counts(rows), weight: share)
        return Mean(start: start, value: .zero, ions: ions, count: rows.count)
    }

    private func merged(_ means: some Collection<Mean>, start: Int64) -> Mean {
        let share = Fraction(1, means.count)
        let count = means.reduce(0) { $0 + $1.count }
        var ions = HydrogenIonWeights()
        guard averagesIons else {
            let sum = means.reduce(Fraction.zero) { $0 + $1.value }
            return Mean(start: start, value: sum * share, ions: ions, count: count)
        }
        for mean in means { ions.add(mean.ions) }
        return Mean(start: start, value: .zero, ions: ions.scaled(by: share), count: count)
    }

    private func combined(
        _ means: [Mean], ions: inout HydrogenIonWeights
    ) -> Result<Fraction, NotAssessable> {
        let whole = merged(means, start: 0)
        guard averagesIons else { return .success(whole.value) }
        ions = whole.ions
        do {
            return .success(try ions.comparableMean())
        } catch {
            return .failure(NotAssessable(.impossibleValue, "\(error)"))
        }
    }

    /// A mean with the decimals of the rule: a rounding to up to six of `comparableMean` is one of the mean itself.
    private func printed(_ mean: Fraction) -> Fraction {
        guard case .hydrogenIons(let places) = rule.averaging else { return mean }
        return mean.rounded(places: places, .halfEven)
    }

    // MARK: What is expected

    /// Values that are due in `span`, less those excluded where the rule does not expect them.
    private func expectedValues(in span: Interval) -> Int {
        let due = expectedSlots(in: span)
        if rule.excludedSlots == .stayExpected { return due }
        return max(0, due - excludedStretches(in: span).reduce(0) { $0 + expectedSlots(in: $1) })
    }

    private func expectedSlots(in span: Interval) -> Int {
        switch rule.step {
        case .every(let cadence): Int(span.duration.milliseconds / cadence.milliseconds)
        case .oncePer(let unit): count(of: unit, in: span)
        }
    }

    /// Units of a lower level that are due in `span`, less those that lie wholly in an exclusion where the rule says so.
    private func expectedUnits(of unit: CivilUnit, in span: Interval) -> Int {
        let due = count(of: unit, in: span)
        if rule.excludedSlots == .stayExpected { return due }
        return max(0, due - excludedStretches(in: span).reduce(0) { $0 + wholeUnits(of: unit, in: $1) })
    }

    private func expectedParts(_ parts: [PeriodStatistic.Part], of unit: CivilUnit) -> Int {
        guard rule.excludedSlots == .notExpected else { return parts.count }
        return expectedUnits(of: unit, in: period.interval)
    }

    /// The exclusions inside `span`, without overlaps, in time order.
    private func excludedStretches(in span: Interval) -> [Interval] {
        var stretches: [Interval] = []
        for interval in exclusions.map(\.interval).sorted(by: { $0.start < $1.start }) {
            let start = max(interval.start, stretches.last?.end ?? span.start, span.start)
            let end = min(interval.end, span.end)
            if start < end { stretches.append(Interval(start: start, end: end)) }
        }
        return stretches
    }

    private func count(of unit: CivilUnit, in span: Interval) -> Int {
        var count = 0
        var start = unit.start(of: span.start, at: period.offset)
        while start < span.end {
            count += 1
            start = unit.end(from: start, at: period.offset)
        }
        return count
    }

    private func wholeUnits(of unit: CivilUnit, in span: Interval) -> Int {
        var count = 0
        var start = unit.start(of: span.start, at: period.offset)
        while start < span.end {
            let end = unit.end(from: start, at: period.offset)
            if span.start <= start, end <= span.end { count += 1 }
            start = end
        }
        return count
    }
}
