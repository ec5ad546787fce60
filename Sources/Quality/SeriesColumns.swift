// One series in time order as the checks read it: the view of a block that belongs to one series.

package import Exact
package import Monitoring

/// What a reading offers to the checks.
package enum ReadingState: UInt8, Sendable, CaseIterable {
    case measured = 0
    case missing
    /// The value is a detection or range limit.
    case censored
    case notFinite
}

extension ReadingState {
    /// The state of a value; NaN marks a missing one.
    @inline(__always)
    package init(of value: Double, isCensored: Bool) {
        self = value.isNaN ? .missing : value.isInfinite ? .notFinite : isCensored ? .censored : .measured
    }

    /// A level or a limit.
    var hasValue: Bool {
        switch self {
        case .measured, .censored: true
        case .missing, .notFinite: false
        }
    }
}

/// The readings of one series as columns, in time order.
///
/// | column | type | unit | meaning |
/// |---|---|---|---|
/// | start | Int64 | ms UTC | start of the half-open interval |
/// | value | Double | the parameter's unit | the binary view; NaN where there is no value |
/// | measured | Double | the parameter's unit | as `value`, NaN where the value is censored or not finite too |
/// | state | UInt8 | – | `ReadingState` |
/// | flagVerdict, flagReason | – | – | what the station's own flag says, by its source profile; never that a missing value is valid |
package struct SeriesColumns: Sendable {
    package let station: StationID
    package let parameter: ParameterID
    /// The step between readings, `nil` when it is not known.
    package let cadence: Duration64?
    package private(set) var start: [Int64] = []
    package private(set) var value: [Double] = []
    package private(set) var state: [ReadingState] = []
    package private(set) var flagVerdict: [QualityVerdict] = []
    package private(set) var flagReason: [NotTestedReason] = []
    private var isAllMeasured = true

    package init(parameter: ParameterID, cadence: Duration64?, station: StationID = StationID("")) {
        self.station = station
        self.parameter = parameter
        self.cadence = cadence
    }

    /// Columns that lie ready, of equal length.
    package init(
        parameter: ParameterID, cadence: Duration64?, station: StationID, start: [Int64], value: [Double],
        state: [ReadingState], flagVerdict: [QualityVerdict], flagReason: [NotTestedReason]
    ) {
        let count = start.count
        precondition(
            value.count == count && state.count == count && flagVerdict.count == count && flagReason.count == count,
            "Columns are equally long.")
        self.init(parameter: parameter, cadence: cadence, station: station)
        self.start = start
        self.value = value
        self.state = state
        self.flagVerdict = flagVerdict
        self.flagReason = flagReason
        isAllMeasured = state.reduce(UInt8(0)) { $0 | $1.rawValue } == ReadingState.measured.rawValue
        if isAllMeasured { return }
        for row in 0..<count where !state[row].hasValue {
            guard case .valid = flagVerdict[row] else { continue }
            self.flagVerdict[row] = .notTested
            self.flagReason[row] = .missingValue
        }
    }

    package var count: Int { start.count }

    package var measured: [Double] {
        if isAllMeasured { return value }
        var measured = value
        var span = measured.mutableSpan
        let state = state.span
        for index in 0..<state.count {
            if case .measured = state[index] { continue }
            span[index] = .nan
        }
        return measured
    }

    /// Appends one reading; `flags` is the source profile's table of flags.
    package mutating func append(
        start: Instant, value: ExactDecimal?, qualifier: Qualifier, flag: String, flags: [String: QualityVerdict]
    ) {
        let isMissing = qualifier == .missing || value == nil
        let flag = Self.said(by: flag, flags)
        append(
            start: start.milliseconds, value: isMissing ? .nan : value?.approximate ?? .nan,
            isCensored: qualifier == .below || qualifier == .above, flagVerdict: flag.verdict,
            flagReason: flag.reason)
    }

    /// What a flag says by the source profile's table.
    package static func said(
        by flag: String, _ flags: [String: QualityVerdict]
    ) -> (verdict: QualityVerdict, reason: NotTestedReason) {
        let verdict = flags[flag] ?? .notTested
        return (verdict, verdict != .notTested ? .none : flag.isEmpty ? .noFlag : .unlistedFlag)
    }

    package mutating func reserve(_ count: Int) {
        start.reserveCapacity(count)
        value.reserveCapacity(count)
        state.reserveCapacity(count)
        flagVerdict.reserveCapacity(count)
        flagReason.reserveCapacity(count)
    }

    /// Appends one reading as a binary number; NaN marks a missing one.
    package mutating func append(
        start: Int64, value: Double, isCensored: Bool = false, flagVerdict: QualityVerdict = .notTested,
        flagReason: NotTestedReason = .noFlag
    ) {
        self.start.append(start)
        self.value.append(value)
        let found = ReadingState(of: value, isCensored: isCensored)
        state.append(found)
        if found != .measured { isAllMeasured = false }
        // A flag that calls valid what is not there says nothing of a value.
        let isEmpty = flagVerdict == .valid && !found.hasValue
        self.flagVerdict.append(isEmpty ? .notTested : flagVerdict)
        self.flagReason.append(isEmpty ? .missingValue : flagReason)
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
        var columns = SeriesColumns(parameter: key.parameter, cadence: cadence, station: key.station)
        for row in ordered {
            let reading = block[row]
            columns.append(
                start: reading.start, value: reading.value, qualifier: reading.qualifier, flag: reading.flag,
                flags: flags)
        }
        return (columns, ordered)
    }
}
