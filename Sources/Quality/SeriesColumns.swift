// One series in time order as the checks read it: the view of a block that belongs to one series.

package import Exact
package import Monitoring

/// The readings of one series as columns, in time order.
///
/// | column | type | unit | meaning |
/// |---|---|---|---|
/// | start | Int64 | ms UTC | start of the half-open interval |
/// | value | Double | the parameter's unit | the binary view; NaN where there is no value |
/// | isCensored | Bool | – | the value is a detection or range limit |
/// | flagVerdict, flagReason | – | – | what the station's own flag says, by its source profile |
package struct SeriesColumns: Sendable {
    package let parameter: ParameterID
    /// The step between readings, `nil` when it is not known.
    package let cadence: Duration64?
    package private(set) var start: [Int64] = []
    package private(set) var value: [Double] = []
    package private(set) var isCensored: [Bool] = []
    package private(set) var flagVerdict: [QualityVerdict] = []
    package private(set) var flagReason: [NotTestedReason] = []

    package init(parameter: ParameterID, cadence: Duration64?) {
        self.parameter = parameter
        self.cadence = cadence
    }

    package var count: Int { start.count }

    /// Appends one reading; `flags` is the source profile's table of flags.
    package mutating func append(
        start: Instant, value: ExactDecimal?, qualifier: Qualifier, flag: String, flags: [String: QualityVerdict]
    ) {
        self.start.append(start.milliseconds)
        let isMissing = qualifier == .missing || value == nil
        self.value.append(isMissing ? .nan : value?.approximate ?? .nan)
        isCensored.append(qualifier == .below || qualifier == .above)
        let verdict = flags[flag] ?? .notTested
        flagVerdict.append(verdict)
        flagReason.append(verdict != .notTested ? .none : flag.isEmpty ? .noFlag : .unlistedFlag)
    }
}

extension SeriesColumns {
    /// The readings of one series of `block`, in time order, with the block's row for each.
    ///
    /// - Precondition: `rows` are indexes of `block`, all of one series.
    package static func gather(
        _ block: ObservationBlock, rows: [Int], flags: [String: QualityVerdict], cadence: Duration64?
    ) -> (columns: SeriesColumns, rows: [Int]) {
        guard let first = rows.first else {
            return (SeriesColumns(parameter: ParameterID(""), cadence: cadence), [])
        }
        // Equal starts keep the order of the batch, so that the result does not depend on the sort.
        let ordered = rows.sorted { (block.start[$0], $0) < (block.start[$1], $1) }
        let key = block.seriesTable[Int(block.series[first])]
        var columns = SeriesColumns(parameter: key.parameter, cadence: cadence)
        for row in ordered {
            let reading = block[row]
            columns.append(
                start: reading.start, value: reading.value, qualifier: reading.qualifier, flag: reading.flag,
                flags: flags)
        }
        return (columns, ordered)
    }
}
