// One series, or all of a station, through every check of a set.

package import Monitoring

/// What the checks know besides the series itself; what is not known leaves its check untested.
package struct QualityContext: Sendable {
    /// Usable readings of the station's other parameters.
    package var counterparts: [ParameterID: Counterpart] = [:]
    /// Usable readings of the same parameter at other stations.
    package var others: [StationID: [ParameterID: Counterpart]] = [:]
    /// Records of the instruments' checks.
    package var records: [InstrumentRecord] = []
    /// Intervals in which somebody worked at the station's instruments for a parameter.
    package var marks: [(parameter: ParameterID?, interval: Interval)] = []

    package init() {}
}

/// What all checks say of one series.
package struct QualityReport: Sendable {
    /// The id of the check set that was run.
    package let checkSet: String
    /// One result a check, in the order of `CheckName`.
    package let results: [CheckResult]
    package let rollUp: RollUp
    package let holes: [ReadingHole]

    /// Why a check said nothing of a reading, empty when it spoke.
    package func reason(_ check: CheckName, _ index: Int) -> NotTestedReason {
        results.first { $0.check == check }?.reason(index) ?? .noConfiguration
    }
}

/// The checks that need one series alone, and who may be compared with whom.
package struct FirstLook: Sendable {
    let results: [CheckResult]
    let holes: [ReadingHole]
    let neighbours: Neighbourhood
    let monthly: MonthlyChecks

    /// The readings others may be compared with.
    package func counterpart(_ series: SeriesColumns) -> Counterpart { Counterpart(series, usable: neighbours.usable) }
}

extension CheckSet {
    /// Runs the checks that decide which readings are usable.
    package func firstLook(_ series: SeriesColumns) -> FirstLook {
        firstLook(series, checks(of: series.parameter, at: series.station))
    }

    func firstLook(_ series: SeriesColumns, _ monthly: MonthlyChecks) -> FirstLook {
        let flag = SourceFlagCheck().run(series)
        let range = monthly.run(.grossRange, series, \.grossRange) { GrossRangeCheck(range: $0).run(series) }
        let season = monthly.run(.climatology, series, \.climatology) { ClimatologyCheck(range: $0).run(series) }
        let flat = monthly.run(.flatLine, series, \.flatLine) { FlatLineCheck(limit: $0).run(series) }
        let (gap, holes) = GapCheck().run(series)
        let first = [flag, range, season, flat, gap]
        let beforeSpikes = Neighbourhood(series, earlier: worst(first, count: series.count))
        let spike = monthly.run(.spike, series, \.spike) { SpikeCheck(threshold: $0).run(series, beforeSpikes) }
        let window = monthly.run(.windowSpike, series, \.windowSpike) {
            WindowSpikeCheck(threshold: $0).run(series, beforeSpikes)
        }
        let all = first + [spike, window]
        let found = spike.findsSuspects || window.findsSuspects
        return FirstLook(
            results: all, holes: holes,
            neighbours: found ? Neighbourhood(series, earlier: worst(all, count: series.count)) : beforeSpikes,
            monthly: monthly)
    }

    /// Runs every check over one series.
    package func run(_ series: SeriesColumns, context: QualityContext = QualityContext()) -> QualityReport {
        run(series, firstLook(series), context: context)
    }

    /// Runs the remaining checks over one series and rolls all of them up.
    package func run(_ series: SeriesColumns, _ look: FirstLook, context: QualityContext) -> QualityReport {
        let byName = allResults(series, look, context: context).reduce(into: [CheckName: CheckResult]()) {
            $0[$1.check] = $1
        }
        let results = CheckName.allCases.compactMap { byName[$0] }
        return QualityReport(
            checkSet: id, results: results, rollUp: rollUp(results, required: required), holes: look.holes)
    }

    /// What all checks say of one series, one result a check.
    func allResults(_ series: SeriesColumns, _ look: FirstLook, context: QualityContext) -> [CheckResult] {
        let (monthly, usable) = (look.monthly, look.neighbours)
        let marks = context.marks.filter { $0.parameter == nil || $0.parameter == series.parameter }.map(\.interval)
        return look.results + [
            monthly.run(.rateOfChange, series, \.rateOfChange) { RateOfChangeCheck(limit: $0).run(series, usable) },
            monthly.run(.attenuatedSignal, series, \.attenuatedSignal) {
                AttenuatedSignalCheck(limit: $0).run(series, usable)
            },
            monthly.run(.stuckDecimals, series, \.stuckDecimals) { StuckDecimalsCheck(limit: $0).run(series, usable) },
            CrossParameterCheck(rules: rules).run(series, usable, counterparts: context.counterparts),
            NeighbourConsistencyCheck(rules: neighbours).run(
                series, usable, others: context.others.compactMapValues { $0[series.parameter] }),
            InstrumentQACheck(rules: instruments).run(series, records: context.records),
            monthly.run(.varianceDrop, series, \.varianceDrop) { VarianceDropCheck(limit: $0).run(series, usable) },
            monthly.run(.maintenanceStep, series, \.maintenanceStep) {
                MaintenanceStepCheck(limit: $0).run(series, usable, marks: marks)
            },
            monthly.run(.repeatedSequence, series, \.repeatedSequence) {
                RepeatedSequenceCheck(limit: $0).run(series, usable)
            },
        ]
    }

    /// Runs every check over the series of one station, each of another parameter; what they say of each other counts.
    ///
    /// - Parameter context: what is known besides; its `counterparts` are those of `station`.
    package func run(station series: [SeriesColumns], context: QualityContext = QualityContext()) -> [QualityReport] {
        let looks = series.map(firstLook)
        var context = context
        for (columns, look) in zip(series, looks) where context.counterparts[columns.parameter] == nil {
            context.counterparts[columns.parameter] = look.counterpart(columns)
        }
        return zip(series, looks).map { run($0, $1, context: context) }
    }

    /// The worst verdict of each reading so far.
    private func worst(_ results: [CheckResult], count: Int) -> [QualityVerdict] {
        var worst = [QualityVerdict](repeating: .notTested, count: count)
        var span = worst.mutableSpan
        for result in results where result.didRun { raise(&span, to: result.verdicts.span) }
        return worst
    }
}
