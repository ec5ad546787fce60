// Which checks run with which numbers: one versioned configuration, whose id is stored with every verdict.

package import Monitoring

/// A named and versioned set of checks.
package struct CheckSet: Sendable {
    /// Name and version, changed with every change of a number: verdicts are keyed by it.
    package let id: String
    package let ranges: [ParameterID: ValueRange]
    package let spikes: [ParameterID: SpikeThreshold]
    package let flatLines: [ParameterID: FlatLineLimit]
    /// Checks without whose verdict a reading is not called valid.
    package let required: Set<CheckName>

    package init(
        id: String, ranges: [ParameterID: ValueRange], spikes: [ParameterID: SpikeThreshold],
        flatLines: [ParameterID: FlatLineLimit], required: Set<CheckName>
    ) {
        self.id = id
        self.ranges = ranges
        self.spikes = spikes
        self.flatLines = flatLines
        self.required = required
    }

    /// Runs every check over one series.
    package func run(_ series: SeriesColumns) -> QualityReport {
        let flag = SourceFlagCheck().run(series)
        let range = GrossRangeCheck(range: ranges[series.parameter]).run(series)
        let flat = FlatLineCheck(limit: flatLines[series.parameter]).run(series)
        let (gap, holes) = GapCheck().run(series)
        let earlier = rollUp([flag, range, flat, gap], required: []).verdicts
        let spike = SpikeCheck(threshold: spikes[series.parameter]).run(series, earlier: earlier)
        let results = [flag, range, spike, flat, gap]
        return QualityReport(
            checkSet: id, results: results, rollUp: rollUp(results, required: required), holes: holes)
    }
}

/// What all checks say of one series.
package struct QualityReport: Sendable {
    /// The id of the check set that was run.
    package let checkSet: String
    /// One result a check, in the order of `CheckName`.
    package let results: [CheckResult]
    package let rollUp: RollUp
    package let holes: [ReadingHole]
}

extension CheckSet {
    /// Runs every check over every series of a block and gives the rolled-up verdict of each row.
    ///
    /// Neighbours are looked for in the block only: the edges of a batch stay untested by the spike check until the
    /// series is checked again with what came after.
    package func run(
        _ block: ObservationBlock, flags: [String: QualityVerdict], cadence: (SeriesKey) -> Duration64?
    ) -> [QualityVerdict] {
        var rowsBySeries = [[Int]](repeating: [], count: block.seriesTable.count)
        for row in 0..<block.count { rowsBySeries[Int(block.series[row])].append(row) }
        var verdicts = [QualityVerdict](repeating: .notTested, count: block.count)
        for (series, rows) in rowsBySeries.enumerated() where !rows.isEmpty {
            let key = block.seriesTable[series]
            let gathered = SeriesColumns.gather(block, rows: rows, flags: flags, cadence: cadence(key))
            let report = run(gathered.columns)
            for (place, row) in gathered.rows.enumerated() { verdicts[row] = report.rollUp.verdicts[place] }
        }
        return verdicts
    }
}
