// Quality on the way as readings come: what is the same for all blocks of a stretch is done once.

internal import Detection
internal import Exact
internal import Formats
internal import Monitoring
internal import Quality

/// Memory of the screening, used again from station to station.
package final class ScreeningMemory {
    fileprivate var scratch = ScreeningScratch()

    package init() {}
}

/// The screened series of a station and how their readings are checked; made once a station.
struct StationScreening {
    /// Series of one kind of value, which are held against each other.
    private struct Kind: Hashable {
        let statistic: SeriesStatistic
        let window: Duration64
        let origin: SeriesOrigin

        init(_ key: SeriesKey) { (statistic, window, origin) = (key.statistic, key.window, key.origin) }
    }

    /// Places of series in `keys`, by kind, with their checks.
    private let groups: [(places: [Int], checks: StationChecks)]
    private let keys: [SeriesKey]
    private let isJudged: [Bool]
    private let blocks: ScreeningBlocks
    private let cadence: Duration64?
    private let flags: [String: QualityVerdict]
    private let failed: FailedStretches

    init(
        _ keys: [SeriesKey], judged: Set<ParameterID>, of station: Station, checks: CheckSet,
        table: inout StationChecksTable, profile: SourceProfile?, failed: FailedStretches
    ) {
        self.failed = failed
        self.keys = keys
        isJudged = keys.map { judged.contains($0.parameter) }
        blocks = ScreeningBlocks(cadence: station.cadence)
        cadence = station.cadence
        flags = profile?.flags ?? [:]
        var places: [Kind: [Int]] = [:]
        for (place, key) in keys.enumerated() { places[Kind(key), default: []].append(place) }
        groups = places.values.map { places in
            let parameters = places.map { keys[$0].parameter }
            return (places, table.checks(checks, station: station.id, parameters: parameters))
        }
    }

    /// The readings that start in `interval`, screened block by block, of each series that is judged.
    ///
    /// - Parameters:
    ///   - views: what the series say over `interval` and the margins; more of it is not looked at.
    ///   - interval: whole blocks, or the last one cut short.
    ///   - memory: used again from call to call.
    /// - Reference: `screen(_:over:profile:cadence:checks:)`; the same readings.
    func screen(_ views: [CurrentView], over interval: Interval, in memory: ScreeningMemory) -> [[ScreenedReading]] {
        var flags = FlagVerdicts(flags)
        let stretches = zip(views, keys).map { view, key in
            ScreeningStretch(
                StoredView(key: key, view: view), over: blocks.withMargins(interval), flags: &flags, cadence: cadence)
        }
        var readings = [[ScreenedReading]](repeating: [], count: views.count)
        let within = stretches.map { $0.rows(in: interval) }
        for place in stretches.indices where isJudged[place] { readings[place].reserveCapacity(within[place].count) }
        let columns = groups.map { group in group.places.map { stretches[$0].columns } }
        var next = within.map(\.lowerBound)
        while true {
            var first = Int64.max
            for place in next.indices where next[place] < within[place].upperBound {
                first = min(first, stretches[place].columns.series.start[next[place]])
            }
            if first == .max { break }
            let begin = blocks.start(of: Instant(milliseconds: first))
            let block = Interval(start: begin, end: begin.advanced(by: Duration64(milliseconds: blocks.length)))
            let around = blocks.withMargins(block)
            for (number, group) in groups.enumerated() {
                let rows = group.places.map { stretches[$0].rows(in: around) }
                group.checks.screen(columns[number], rows, in: &memory.scratch)
                for (index, place) in group.places.enumerated() {
                    let own = stretches[place].rows(in: block)
                    next[place] = max(next[place], own.upperBound)
                    if !isJudged[place] { continue }
                    stretches[place].append(
                        own.clamped(to: within[place]), memory.scratch.verdicts(index), from: rows[index].lowerBound,
                        to: &readings[place])
                }
            }
        }
        for place in views.indices where isJudged[place] {
            readings[place] += stretches[place].stored.disputed(in: interval)
            for stretch in failed[keys[place].parameter] { suspect(&readings[place], in: stretch) }
        }
        return readings
    }
}

extension StationScreening {
    /// Makes readings suspect that their instrument's checks do not stand behind.
    private func suspect(_ readings: inout [ScreenedReading], in stretch: Range<Int64>) {
        for (place, reading) in readings.enumerated()
        where stretch.contains(reading.start.milliseconds) && reading.value != nil
            && reading.verdict.rawValue < QualityVerdict.suspect.rawValue
        {
            readings[place] = ScreenedReading(
                start: reading.start, value: reading.value, qualifier: reading.qualifier, verdict: .suspect)
        }
    }
}

/// What the flags of a source say, for the table of flags asked for last: series of one station mostly have the same.
private struct FlagVerdicts {
    let flags: [String: QualityVerdict]
    private var table: [String] = []
    private var verdicts: [QualityVerdict] = []

    init(_ flags: [String: QualityVerdict]) { self.flags = flags }

    /// The verdict of each flag of a table.
    mutating func verdicts(of table: [String]) -> [QualityVerdict] {
        if table == self.table { return verdicts }
        self.table = table
        verdicts = table.map { SeriesColumns.said(by: $0, flags).verdict }
        return verdicts
    }
}

/// One series over a stretch of blocks with its margins, as the checks read it. A class, for it is asked block by block.
private final class ScreeningStretch {
    let stored: StoredView
    /// Of the view's rows from `offset` on.
    let columns: ScreenedColumns
    private let offset: Int

    init(_ stored: StoredView, over interval: Interval, flags: inout FlagVerdicts, cadence: Duration64?) {
        self.stored = stored
        let view = stored.view
        let rows = stored.rows(in: interval)
        offset = rows.lowerBound
        let (value, state) = Self.numbers(view, rows)
        columns = ScreenedColumns(
            SeriesColumns(
                parameter: stored.key.parameter, cadence: cadence, station: stored.key.station,
                start: Array(view.start[rows]), value: value, state: state,
                flagVerdict: Self.flagVerdicts(view, rows, flags.verdicts(of: view.flagTable)),
                // Nobody asks for reasons: the roll-up alone is used.
                flagReason: [NotTestedReason](repeating: .noFlag, count: rows.count)))
    }

    private static func flagVerdicts(
        _ view: CurrentView, _ rows: Range<Int>, _ verdicts: [QualityVerdict]
    ) -> [QualityVerdict] {
        var found = [QualityVerdict](repeating: verdicts[0], count: rows.count)
        if verdicts.count == 1 { return found }
        let flags = view.flag.span.extracting(rows)
        var span = found.mutableSpan
        for place in 0..<rows.count where flags[place] != 0 { span[place] = verdicts[Int(flags[place])] }
        return found
    }

    /// The binary values of some rows, and what each offers.
    private static func numbers(_ view: CurrentView, _ rows: Range<Int>) -> ([Double], [ReadingState]) {
        var value = [Double](repeating: .nan, count: rows.count)
        var state = [ReadingState](repeating: .measured, count: rows.count)
        let (none, missing) = (Qualifier.none.rawValue, Qualifier.missing.rawValue)
        let (mantissa, exponent) = (view.mantissa.span.extracting(rows), view.exponent.span.extracting(rows))
        let qualifiers = view.qualifier.span.extracting(rows)
        var binary = BinaryValues()
        var values = value.mutableSpan
        var states = state.mutableSpan
        // A decimal of 18 digits is a finite number.
        binary.numbers(mantissa, exponent: exponent, into: &values)
        for place in 0..<rows.count where qualifiers[place] != none {
            if qualifiers[place] == missing {
                values[place] = .nan
                states[place] = .missing
            } else {
                states[place] = .censored
            }
        }
        return (value, state)
    }

    /// The rows of the stretch whose starts lie in an interval.
    func rows(in interval: Interval) -> Range<Int> { StoredView.rows(of: columns.series.start, in: interval) }

    /// Appends one reading a start of `rows`, none where unlike versions are held.
    ///
    /// - Parameter verdicts: from the row `first` on.
    func append(
        _ rows: Range<Int>, _ verdicts: [QualityVerdict], from first: Int, to readings: inout [ScreenedReading]
    ) {
        let view = stored.view
        let offset = offset
        let (none, missing) = (Qualifier.none.rawValue, Qualifier.missing.rawValue)
        readings.append(addingCapacity: rows.count) { readings in
            let (mantissa, exponent, qualifiers) = (view.mantissa.span, view.exponent.span, view.qualifier.span)
            let (starts, isDisputed, said) = (view.start.span, view.isDisputed.span, verdicts.span)
            for row in rows {
                let place = row + offset
                if isDisputed[place] { continue }
                let raw = qualifiers[place]
                let qualifier = raw == none ? .none : Qualifier(rawValue: raw) ?? .missing
                readings.append(
                    ScreenedReading(
                        start: Instant(milliseconds: starts[place]),
                        value: raw == missing
                            ? nil : ExactDecimal(mantissa: mantissa[place], exponent: exponent[place]),
                        qualifier: qualifier, verdict: said[row - first]))
            }
        }
    }
}

/// The starts of several series, each once and in order.
struct HeardStarts {
    private var times: [Int64] = []

    var starts: [Instant] { times.map { Instant(milliseconds: $0) } }

    /// Adds those of the starts of a series, in order, that lie in an interval.
    mutating func add(_ series: [Int64], over interval: Interval) {
        let rows = StoredView.rows(of: series, in: interval)
        // Series of one station mostly speak together.
        if rows.count == times.count, series[rows] == times[...] { return }
        if hold(series.span.extracting(rows)) { return }
        var merged: [Int64] = []
        merged.reserveCapacity(max(times.count, rows.count))
        var (row, place) = (rows.lowerBound, 0)
        while row < rows.upperBound || place < times.count {
            let new = row < rows.upperBound ? series[row] : .max
            let old = place < times.count ? times[place] : .max
            merged.append(min(new, old))
            if new <= old { row += 1 }
            if old <= new { place += 1 }
        }
        times = merged
    }

    /// Whether each of the starts is here already.
    private func hold(_ series: Span<Int64>) -> Bool {
        let times = times.span
        var place = 0
        for row in 0..<series.count {
            while place < times.count, times[place] < series[row] { place += 1 }
            if place == times.count { return false }
            if times[place] != series[row] { return false }
        }
        return true
    }
}
