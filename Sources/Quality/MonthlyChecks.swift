// Seasons: which months a number holds in, and a check's run over a series whose numbers change with the month.

internal import Monitoring

/// Some of the twelve months.
package struct MonthSet: Hashable, Sendable {
    /// Bit 0 is January.
    package let bits: UInt16

    package init(bits: UInt16) { self.bits = bits & 0xFFF }

    /// - Precondition: months are 1…12.
    package init(_ months: some Sequence<Int>) {
        var bits: UInt16 = 0
        for month in months {
            precondition((1...12).contains(month), "A month is one of 1…12.")
            bits |= 1 << (month - 1)
        }
        self.bits = bits
    }

    package static let all = MonthSet(bits: 0xFFF)

    package func contains(_ month: Int) -> Bool { bits >> (month - 1) & 1 == 1 }

    package var months: [Int] { (1...12).filter(contains) }
}

/// The checks of one series in each month.
package struct MonthlyChecks: Sendable {
    /// Those of January, and of every month when all are alike.
    private let first: ParameterChecks
    /// Empty when all are alike.
    private let months: [ParameterChecks]
    private let offset: UTCOffset
    /// True when all months are alike, which is the common case and costs nothing.
    private let isUniform: Bool

    init(months: [ParameterChecks], offset: UTCOffset) {
        precondition(months.count == 12, "A year has twelve months.")
        first = months[0]
        isUniform = months.dropFirst().allSatisfy { $0 == months[0] }
        self.months = isUniform ? [] : months
        self.offset = offset
    }

    init(allYear: ParameterChecks, offset: UTCOffset) {
        first = allYear
        months = []
        self.offset = offset
        isUniform = true
    }

    /// Runs a check with the numbers of each reading's month.
    ///
    /// - Parameter run: the check over the whole series with one season's numbers, `nil` for none; neighbours of another
    ///   season count as neighbours.
    /// - Complexity: a run a season with numbers of its own.
    func run<Limit: Hashable>(
        _ check: CheckName, _ series: SeriesColumns, _ limit: (ParameterChecks) -> Limit?,
        _ run: (Limit?) -> CheckResult
    ) -> CheckResult {
        if isUniform { return run(limit(first)) }
        let limits = months.map(limit)
        let seasons = Set(limits.compactMap { $0 })
        if limits.allSatisfy({ $0 == limits[0] }) || seasons.isEmpty { return run(limits[0]) }
        let results = seasons.reduce(into: [Limit: CheckResult]()) { $0[$1] = run($1) }
        let monthOf = monthIndexes(series.start)
        var verdicts: [QualityVerdict] = []
        var reasons: [NotTestedReason] = []
        verdicts.reserveCapacity(series.count)
        reasons.reserveCapacity(series.count)
        for index in series.start.indices {
            let result = limits[monthOf[index]].flatMap { results[$0] }
            verdicts.append(result?.verdict(index) ?? .notTested)
            reasons.append(result?.reason(index) ?? .noSeason)
        }
        return CheckResult(check: check, verdicts: verdicts, reasons: reasons)
    }

    /// The checks that hold for all readings between two times, in order; `nil` where they lie in several months.
    func checks(from first: Int64, to last: Int64) -> ParameterChecks? {
        if isUniform { return self.first }
        let found = monthIndexes([first, last])
        let isOneMonth = found[0] == found[1] && last &- first < 31 * 86_400_000
        return isOneMonth ? months[found[0]] : nil
    }

    /// Those of every month; `nil` where months differ.
    var allYear: ParameterChecks? { isUniform ? first : nil }

    /// The month of each time, 0…11, at the set's offset; the calendar is asked once a month met.
    private func monthIndexes(_ starts: [Int64]) -> [Int] {
        var known = Int64.max..<Int64.max
        var month = 0
        return starts.map { start in
            if !known.contains(start) {
                let date = CivilTime(Instant(milliseconds: start), at: offset).date
                month = date.month - 1
                let first = CivilDate(year: date.year, month: date.month, day: 1) ?? date
                let begin = first.start(at: offset).milliseconds
                known = begin..<(begin + Int64(CivilDate.dayCount(year: date.year, month: date.month)) * 86_400_000)
            }
            return month
        }
    }
}
