// The everyday checks of a station's series block after block, in memory that is used again: the roll-up alone.

package import Monitoring

/// The checks of a series that the scratch runs; `nil` where none of a kind is configured. A class, for it is handed on with
/// every block.
final class PlainChecks: Sendable {
    let grossRange: ValueRange?
    /// The season's range, as a range test reads it.
    let climatology: ValueRange?
    let flatLine: FlatLineLimit?
    let spike: SpikeThreshold?
    let rateOfChange: RateLimit?
    let stuckDecimals: StuckDecimalsLimit?

    /// - Returns: `nil` when a check is configured that the scratch does not run.
    init?(_ checks: ParameterChecks) {
        if checks.windowSpike != nil || checks.attenuatedSignal != nil || checks.varianceDrop != nil
            || checks.repeatedSequence != nil
        {
            return nil
        }
        grossRange = checks.grossRange
        climatology = checks.climatology.map {
            ValueRange(possible: -.infinity ... .infinity, plausible: $0.usual, source: $0.source)
        }
        flatLine = checks.flatLine
        spike = checks.spike
        rateOfChange = checks.rateOfChange
        stuckDecimals = checks.stuckDecimals
    }
}

/// The checks without which a reading is not called valid, by bit.
struct RequiredChecks: Sendable {
    private let bits: UInt32

    init(_ names: Set<CheckName>) { bits = names.reduce(into: 0) { $0 |= $1.bit } }

    func contains(_ check: CheckName) -> Bool { bits & check.bit != 0 }

    /// Whether all of them are among `checks`.
    func areAll(in checks: UInt32) -> Bool { bits & ~checks == 0 }
}

/// One series over a stretch, as the scratch reads it in place. A class, for it is handed on with every block.
package final class ScreenedColumns: Sendable {
    package let series: SeriesColumns
    /// The column `SeriesColumns.measured`, made once.
    let measured: [Double]

    package init(_ series: SeriesColumns) {
        self.series = series
        measured = series.measured
    }
}

/// Memory for the checks of a station's series over some rows of each.
package struct ScreeningScratch: Sendable {
    fileprivate var series: [SeriesScratch] = []

    package init() {}

    /// The rolled-up verdicts of a series, of the rows that were screened last.
    package func verdicts(_ place: Int) -> [QualityVerdict] { series[place].worst }
}

extension StationChecks {
    /// Rolls up the verdicts of some rows of each series into the scratch.
    ///
    /// - Parameters:
    ///   - columns: of the parameters this was made for, in their order.
    ///   - rows: those the checks are to see; more of a series is not looked at.
    /// - Complexity: O(rows) a check; what is allocated is two columns a rule.
    /// - Reference: `verdicts(_:)` of those rows; the same verdicts.
    package func screen(_ columns: [ScreenedColumns], _ rows: [Range<Int>], in scratch: inout ScreeningScratch) {
        precondition(columns.count == monthly.count && rows.count == columns.count, "Each series has its checks.")
        while scratch.series.count < columns.count { scratch.series.append(SeriesScratch()) }
        for place in columns.indices {
            guard let checks = checks(place, columns[place].series.start, rows[place]) else {
                return screenApart(columns, rows, in: &scratch)
            }
            scratch.series[place].firstLook(columns[place], rows[place], checks, required)
        }
        for pair in pairs { compare(pair, columns, rows, in: &scratch) }
        for place in columns.indices {
            guard let checks = checks(place, columns[place].series.start, rows[place]) else { continue }
            scratch.series[place].finish(
                columns[place], rows[place], checks, required, isRuled: isRuled[place])
        }
    }

    /// The checks of some rows of a series, where the scratch runs all of them.
    private func checks(_ place: Int, _ start: [Int64], _ rows: Range<Int>) -> PlainChecks? {
        if let checks = allYear[place] { return checks }
        guard let first = rows.first, let last = rows.last else { return PlainChecks(ParameterChecks()) }
        return monthly[place].checks(from: start[first], to: start[last]).flatMap { PlainChecks($0) }
    }

    /// What the scratch does not run, in columns of its own.
    private func screenApart(_ columns: [ScreenedColumns], _ rows: [Range<Int>], in scratch: inout ScreeningScratch) {
        let found = verdicts(zip(columns, rows).map { $0.series.rows($1) })
        for (place, verdicts) in found.enumerated() { scratch.series[place].worst = verdicts }
    }

    /// Takes what a rule says of two series of one time into both, or into its own.
    private func compare(
        _ pair: PairRule, _ columns: [ScreenedColumns], _ rows: [Range<Int>], in scratch: inout ScreeningScratch
    ) {
        let (ownColumns, otherColumns) = (columns[pair.own].series, columns[pair.other].series)
        let (ownRows, otherRows) = (rows[pair.own], rows[pair.other])
        let ownStart = ownColumns.start.span.extracting(ownRows)
        let otherStart = otherColumns.start.span.extracting(otherRows)
        let ownValue = ownColumns.value.span.extracting(ownRows)
        let otherValue = otherColumns.value.span.extracting(otherRows)
        let ownUsable = scratch.series[pair.own].usable
        let otherUsable = scratch.series[pair.other].usable
        let own = comparedReadings(ownStart, ownValue, ownUsable, with: otherStart, otherValue, otherUsable) {
            pair.rule.isBroken($0, other: $1)
        }
        scratch.series[pair.own].takeCompared(own)
        guard pair.rule.concernsOther else { return }
        let other = comparedReadings(otherStart, otherValue, otherUsable, with: ownStart, ownValue, ownUsable) {
            pair.rule.isBroken($1, other: $0)
        }
        scratch.series[pair.other].takeCompared(other)
    }
}

/// What a rule says of each usable reading beside the first usable one of its time in another series, as raw verdicts.
///
/// - Shape: `start`, `value` and `usable`, n of the series; those behind `with`, m of the other; n verdicts.
/// - Complexity: O(n + m), one column.
/// - Reference: `CrossParameterCheck.run` with a `Counterpart` of the other; the same verdicts.
private func comparedReadings(
    _ start: Span<Int64>, _ value: Span<Double>, _ usable: [UInt8], with otherStart: Span<Int64>,
    _ otherValue: Span<Double>, _ otherUsable: [UInt8], isBroken: (Double, Double) -> Bool?
) -> [UInt8] {
    var verdicts = [UInt8](repeating: 0, count: start.count)
    // Series of one station mostly speak together: row by row at the same time, each later than the one before.
    var (row, last) = (0, 0)
    while row < min(start.count, otherStart.count) {
        let time = start[row]
        if time != otherStart[row] { break }
        if row > 0, time <= start[row - 1] { break }
        if usable[row] == 1 {
            last = row
            if otherUsable[row] == 1, let found = isBroken(value[row], otherValue[row]) {
                verdicts[row] = found ? 2 : 1
            }
        }
        row += 1
    }
    // From the last of those on, each is looked for.
    var place = last
    for index in last..<start.count where usable[index] == 1 {
        while place < otherStart.count {
            if otherUsable[place] == 1, otherStart[place] >= start[index] { break }
            place += 1
        }
        guard place < otherStart.count else { break }
        guard otherStart[place] == start[index], let found = isBroken(value[index], otherValue[place])
        else { continue }
        verdicts[index] = found ? 2 : 1
    }
    return verdicts
}

/// The columns of one series' checks.
private struct SeriesScratch: Sendable {
    /// The worst verdict so far, and in the end the roll-up.
    var worst: [QualityVerdict] = []
    /// What one check says.
    private var said: [QualityVerdict] = []
    var usable: [UInt8] = []
    private var regular: [UInt8] = []
    /// What rules between parameters say, as raw verdicts.
    private var compared: [UInt8] = []
    /// 1 where a required check did not run.
    private var open: [UInt8] = []
    /// The checks that ran, by bit.
    private var ran: UInt32 = 0

    private mutating func begin(_ flags: Span<QualityVerdict>) {
        let count = flags.count
        resize(&worst, to: count, with: .notTested)
        resize(&said, to: count, with: .notTested)
        resize(&usable, to: count, with: 0)
        resize(&regular, to: count, with: 0)
        resize(&compared, to: count, with: 0)
        resize(&open, to: count, with: 0)
        ran = 0
        var span = worst.mutableSpan
        flags.withRawValues { flags in span.withMutableRawValues { _ = $0.update(fromContentsOf: flags) } }
        clear(&compared)
        clear(&open)
    }

    /// Takes the raw verdicts of a rule, of which 0 says nothing.
    mutating func takeCompared(_ verdicts: [UInt8]) {
        for index in verdicts.indices { compared[index] = max(compared[index], verdicts[index]) }
    }

    /// The column for what one check says, taken out so that it is written while the others are read; nothing said yet.
    private mutating func takeOutSaid() -> [QualityVerdict] {
        var said: [QualityVerdict] = []
        swap(&said, &self.said)
        return said
    }

    /// Takes what a check said into the worst so far.
    private mutating func take(_ check: CheckName, _ said: Span<QualityVerdict>, _ required: RequiredChecks) {
        ran |= check.bit
        var span = worst.mutableSpan
        raise(&span, to: said)
        if required.contains(check) { markOpen(said) }
    }

    /// Marks where a required check said nothing.
    private mutating func markOpen(_ said: Span<QualityVerdict>) {
        var span = open.mutableSpan
        said.withRawValues { said in
            span.withUnsafeMutableBufferPointer { open in
                // notTested is 0.
                for index in 0..<said.count { open[index] |= said[index] == 0 ? 1 : 0 }
            }
        }
    }

    /// The checks that need one series alone, and who may be compared with whom.
    mutating func firstLook(
        _ columns: ScreenedColumns, _ rows: Range<Int>, _ checks: PlainChecks, _ required: RequiredChecks
    ) {
        let series = columns.series
        let start = series.start.span.extracting(rows)
        let values = series.value.span.extracting(rows)
        let wholeColumn = columns.measured
        let measured = wholeColumn.span.extracting(rows)
        let flags = series.flagVerdict.span.extracting(rows)
        begin(flags)
        var said = takeOutSaid()
        defer { self.said = said }
        ran |= CheckName.sourceFlag.bit
        if required.contains(.sourceFlag) { markOpen(flags) }
        if let range = checks.grossRange {
            var span = said.mutableSpan
            grossRange(values, range, into: &span)
            take(.grossRange, said.span, required)
        }
        if let range = checks.climatology {
            var span = said.mutableSpan
            grossRange(values, range, into: &span)
            take(.climatology, said.span, required)
        }
        if let limit = checks.flatLine {
            clear(&said)
            var span = said.mutableSpan
            flatLines(measured, limit: limit.readings, into: &span)
            take(.flatLine, said.span, required)
        }
        let cadence = series.cadence?.milliseconds ?? 0
        if cadence > 0 {
            ran |= CheckName.gap.bit
            var span = worst.mutableSpan
            raiseGaps(start, values: values, states: series.state.span.extracting(rows), into: &span)
            if required.contains(.gap), !open.isEmpty { open[0] = 1 }
        }
        findNeighbours(series.state.span.extracting(rows), start, cadence)
        guard let threshold = checks.spike, cadence > 0 else { return }
        clear(&said)
        var span = said.mutableSpan
        spikes(
            measured, usable: usable.span, regular: regular.span, start: start, reach: cadence * neighbourCadences,
            threshold, into: &span)
        take(.spike, said.span, required)
        if hasSuspect(said.span) { findNeighbours(series.state.span.extracting(rows), start, cadence) }
    }

    private mutating func findNeighbours(_ states: Span<ReadingState>, _ start: Span<Int64>, _ cadence: Int64) {
        let worst = worst
        var usableSpan = usable.mutableSpan
        usableReadings(states, earlier: worst.span, into: &usableSpan)
        let usable = usable
        var regularSpan = regular.mutableSpan
        regularSteps(usable.span, start: start, cadence: cadence, into: &regularSpan)
    }

    /// The checks that need neighbours, what other series said, and the roll-up.
    mutating func finish(
        _ columns: ScreenedColumns, _ rows: Range<Int>, _ checks: PlainChecks, _ required: RequiredChecks,
        isRuled: Bool
    ) {
        let series = columns.series
        let wholeColumn = columns.measured
        let measured = wholeColumn.span.extracting(rows)
        let cadence = series.cadence?.milliseconds ?? 0
        var said = takeOutSaid()
        defer { self.said = said }
        if let limit = checks.rateOfChange, cadence > 0 {
            clear(&said)
            var span = said.mutableSpan
            ratesOfChange(
                measured, usable: usable.span, regular: regular.span, start: series.start.span.extracting(rows),
                cadence: cadence, reach: cadence * neighbourCadences, limit, into: &span)
            take(.rateOfChange, said.span, required)
        }
        if let limit = checks.stuckDecimals, usable.reduce(0, { $0 + Int($1) }) >= limit.readings {
            clear(&said)
            var span = said.mutableSpan
            stuckDecimals(measured, usable: usable.span, limit, into: &span)
            take(.stuckDecimals, said.span, required)
        }
        if isRuled {
            let compared = compared
            var span = said.mutableSpan
            span.withMutableRawValues { said in for index in 0..<compared.count { said[index] = compared[index] } }
            take(.crossParameter, said.span, required)
        }
        close(required)
    }

    /// What a required check did not test is not valid.
    private mutating func close(_ required: RequiredChecks) {
        let everywhere: UInt8 = required.areAll(in: ran) ? 0 : 1
        let open = open
        var span = worst.mutableSpan
        span.withMutableRawValues { worst in
            open.withUnsafeBufferPointer { open in
                // valid is 1, and one less is notTested.
                for index in 0..<worst.count {
                    worst[index] &-= worst[index] == 1 ? open[index] | everywhere : 0
                }
            }
        }
    }
}

/// Makes a column as long as asked for; its memory stays, and so does some of what was in it.
private func resize<Element>(_ column: inout [Element], to count: Int, with filler: Element) {
    if column.count > count { column.removeLast(column.count - count) }
    let missing = count - column.count
    if missing > 0 { column.append(addingCapacity: missing) { $0.append(repeating: filler, count: missing) } }
}

private func clear(_ said: inout [QualityVerdict]) {
    var span = said.mutableSpan
    span.withMutableRawValues { $0.update(repeating: QualityVerdict.notTested.rawValue) }
}

private func clear(_ column: inout [UInt8]) {
    var span = column.mutableSpan
    span.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
}

/// Cases are matched: comparing them is a call.
private func hasSuspect(_ said: Span<QualityVerdict>) -> Bool {
    for index in 0..<said.count {
        if case .suspect = said[index] { return true }
    }
    return false
}

extension SeriesColumns {
    /// Some rows as columns of their own.
    func rows(_ rows: Range<Int>) -> SeriesColumns {
        if rows.count == count { return self }
        return SeriesColumns(
            parameter: parameter, cadence: cadence, station: station, start: Array(start[rows]),
            value: Array(value[rows]), state: Array(state[rows]), flagVerdict: Array(flagVerdict[rows]),
            flagReason: Array(flagReason[rows]))
    }
}
