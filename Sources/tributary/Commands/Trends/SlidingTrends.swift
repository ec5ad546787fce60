// `tributary trend --sliding`: the newest readings tested after each one, and a row where the verdict changes.

import Assessment
import Exact
import Formats
import Foundation
import Monitoring
import Statistics

struct SlidingTrends {
    let window: Int
    let significance: Double
    let basis: TrendBasis
    /// The zone times are printed with; `nil` prints the clock as written.
    let zone: UTCOffset?

    private enum Verdict: String {
        case rising, falling, none

        init(_ test: MannKendall, significance: Double) {
            self = test.p > significance ? .none : test.z > 0 ? .rising : .falling
        }
    }

    /// Prints the changes of each series, in the order of the columns.
    ///
    /// - Returns: false when a series has no whole window, or a value that the window cannot hold.
    func print(_ columns: [SeriesColumn], hasNumberTimes: Bool, format: OutputFormat) -> Bool {
        var isTested = true
        if format == .csv { Terminal.output("series,time,verdict,n,s,z,p,review\n") }
        for column in columns {
            let series = TrendSeries(column, hasNumberTimes: hasNumberTimes)
            let (records, count, dropped) = changes(of: series, hasNumberTimes)
            if dropped.censored > 0 {
                Terminal.note("\(series.name): \(dropped.censored) values are < or > and take no part.")
            }
            if dropped.unheld > 0 {
                Terminal.note(
                    "\(series.name): \(dropped.unheld) values have more digits than the window holds and take no part.")
                isTested = false
            }
            if count < window {
                Terminal.note("\(series.name): \(count) values, fewer than the window of \(window).")
                isTested = false
            }
            let text = Node.render(records, format)
            Terminal.output(format == .csv ? String(text.drop { $0 != "\n" }.dropFirst()) : text)
        }
        return isTested
    }

    private func changes(
        of series: TrendSeries, _ hasNumberTimes: Bool
    ) -> ([DumpRecord], count: Int, dropped: (censored: Int, unheld: Int)) {
        var state = SlidingMannKendall(window: window)
        var verdict = Verdict.none
        var records: [DumpRecord] = []
        var count = 0
        var dropped = (censored: series.censoredCount, unheld: 0)
        for row in series.values.indices
        where series.values[row].isFinite && (series.sides.isEmpty || series.sides[row] == 0) {
            // The shortest decimal of a Double is the one that was read, up to its 17 digits.
            guard let value = ExactDecimal("\(series.values[row])"),
                state.add(mantissa: value.mantissa, exponent: Int(value.exponent))
            else {
                dropped.unheld += 1
                continue
            }
            count += 1
            guard count >= window, let test = state.test else { continue }
            let found = Verdict(test, significance: significance)
            if found == verdict { continue }
            verdict = found
            records.append([
                ("series", series.name), ("time", time(series.times[row], hasNumberTimes)),
                ("verdict", found.rawValue), ("n", String(test.count)), ("s", String(test.s)), ("z", "\(test.z)"),
                ("p", "\(test.p)"), ("review", basis.review.rawValue),
            ])
        }
        return (records, count, dropped)
    }

    /// Times are milliseconds of the civil clock, or plain numbers.
    private func time(_ time: Double, _ isNumber: Bool) -> String {
        if isNumber { return "\(time)" }
        let offset = zone ?? UTCOffset(minutes: 0)
        let civil = Instant(milliseconds: Int64(time) - Int64(offset.minutes) * 60_000)
        let text = civil.iso8601(at: offset)
        return zone == nil ? String(text.prefix { $0 != "+" && $0 != "Z" }) : text
    }
}
