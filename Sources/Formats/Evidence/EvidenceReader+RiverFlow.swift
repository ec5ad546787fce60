// The water department's flow, volume and direction: what the time says decides over what a value holds.

internal import Exact
internal import Monitoring

extension EvidenceReader {
    /// Takes the measures of one row; 日均流量 is a mean of a day only, 月均流量 of a month only.
    ///
    /// | time | 流量 | 平均流量 | 水量 | 流向 |
    /// |---|---|---|---|---|
    /// | moment | at it | refused | refused | at it |
    /// | day | refused | mean of the day | sum of the day | of the day |
    /// | month | refused | mean of the month | sum of the month | of the month |
    mutating func takeFlow(_ row: EvidenceRow, into sink: inout SliceBuilder) {
        guard let time = flowTime(row, into: &sink), let start = start(of: time, row, into: &sink) else { return }
        for measure in layout.measures {
            let given = fields[measure.field].trimmed
            // A row states some of the measures: an empty cell is no statement that there was no water.
            if given.isEmpty { continue }
            guard let (statistic, window) = Self.meaning(of: measure.column, at: time) else {
                rejectMeaning(measure, row, into: &sink)
                continue
            }
            let value = measure.column == .direction ? direction(given) : read(given)
            store(
                value, row.key(measure.parameter, statistic, window), start: start, power: measure.power,
                flag: text(.flag), row: row, field: measure.heading.text, cell: given, into: &sink)
        }
    }

    private func read(_ cell: Cell) -> EvidenceValue {
        let none = Cell(start: cell.start, count: 0)
        return values.read(cell, qualifier: none, limit: none)
    }

    private static func meaning(
        of column: EvidenceColumn, at time: EvidenceTime
    ) -> (SeriesStatistic, Duration64)? {
        switch (column, time) {
        case (.flow, .moment), (.direction, .moment): (.instant, .zero)
        case (.meanFlow, .day), (.dayMeanFlow, .day), (.direction, .day): (.mean, .days(1))
        case (.meanFlow, .month), (.monthMeanFlow, .month), (.direction, .month): (.monthMean, .zero)
        case (.volume, .day): (.total, .days(1))
        case (.volume, .month): (.monthTotal, .zero)
        default: nil
        }
    }

    private func rejectMeaning(_ measure: EvidenceMeasure, _ row: EvidenceRow, into sink: inout SliceBuilder) {
        sink.reject(
            Rejection(
                .notATime, row: row.number, field: measure.heading.text, excerpt: flowTimeText,
                remedy: measure.column == .flow
                    ? "Give the clock time of a flow (流量), or name the column 平均流量 when it is the mean of the day or month."
                    : "Give the day or the month that a mean or a volume is of, without a clock time."))
    }

    private var flowTimeText: String {
        let cell = layout.place(of: .time) == nil ? cell(.sampled) : cell(.time)
        if cell.isEmpty { return monthText }
        let clock = self.cell(.clock)
        return clock.isEmpty ? cell.excerpt : "\(cell.excerpt) \(clock.excerpt)"
    }

    private func flowTime(_ row: EvidenceRow, into sink: inout SliceBuilder) -> EvidenceTime? {
        let text = flowTimeText
        if let time = EvidenceTime(text) {
            // A workbook keeps a month as its first day; only a column of months says that it is one.
            if layout.has(.month), layout.place(of: .time) == nil, case .day(let date) = time, date.day == 1 {
                return .month(date)
            }
            return time
        }
        sink.reject(
            Rejection(
                text.isEmpty ? .missingField : .notATime, row: row.number, field: "time", excerpt: text,
                remedy: "Write a moment as 2026-05-01 08:00, a day as 2026-05-01, a month as 2026-05."))
        return nil
    }

    /// The first instant of a row's time.
    private mutating func start(of time: EvidenceTime, _ row: EvidenceRow, into sink: inout SliceBuilder) -> Int64? {
        let start: Int64? =
            switch time {
            case .moment(let moment): moment.instant(by: &stamps)
            case .day(let date), .month(let date): stamps.start(of: date)
            }
        if let start { return start }
        let text = flowTimeText
        sink.reject(
            stamps.zoneRefusal(text, row: row.number, field: "time")
                ?? Rejection(
                    .notATime, row: row.number, field: "time", excerpt: text,
                    remedy: "Write the offset behind the time, as 2026-05-01T08:00:00+08:00."))
        return nil
    }

    private static let downstream: Set<String> = ["1", "+1", "正", "正向", "顺", "顺流", "顺向", "downstream", "forward"]
    private static let upstream: Set<String> = [
        "-1", "逆", "逆向", "逆流", "反", "反向", "倒流", "倒灌", "upstream", "reverse",
    ]
    private static let still: Set<String> = ["0", "滞", "滞流", "静止", "无流", "still"]

    /// 1 downstream, −1 upstream, 0 still: ids and numbers of this project's catalogue.
    private func direction(_ cell: Cell) -> EvidenceValue {
        let word = cell.excerpt.lowercased()
        if word.isEmpty || profile.missingCodes.contains(word) { return .missing("") }
        if EvidenceValueReader.reasons.contains(word) { return .missing(word) }
        if Self.downstream.contains(word) { return .value(ExactDecimal(mantissa: 1, exponent: 0), .none) }
        if Self.upstream.contains(word) { return .value(ExactDecimal(mantissa: -1, exponent: 0), .none) }
        if Self.still.contains(word) { return .value(.zero, .none) }
        return .invalid(
            .unknownFlag, field: "", remedy: "The direction is 正 (downstream, 1), 逆 (upstream, -1) or 滞 (still, 0).")
    }
}
