// The civil span a settlement covers (考核期), cut only here.

package import Monitoring

/// A half-open span of civil dates: `from` belongs to it, `until` does not.
package struct SettlementPeriod: Hashable, Sendable, CustomStringConvertible {
    package let from: CivilDate
    package let until: CivilDate

    /// - Returns: `nil` unless `from` is before `until`.
    package init?(from: CivilDate, until: CivilDate) {
        guard from < until else { return nil }
        self.from = from
        self.until = until
    }

    /// `2025`, `2025-H1`, `2025-Q1`, `2025-03`, `2025-01-01/2026-01-01` (the last day excluded), or the same with civil periods
    /// for their first days: `2016/2026` is the ten years before 2026.
    package init?(parsing text: String) {
        let ends = text.split(separator: "/", omittingEmptySubsequences: false)
        if ends.count == 2 {
            let days = ends.map { end in
                CivilDate(String(end)) ?? (end.isEmpty ? nil : SettlementPeriod(parsing: String(end))?.from)
            }
            guard let from = days[0], let until = days[1] else { return nil }
            self.init(from: from, until: until)
            return
        }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard let first = parts.first, first.count == 4, first.allSatisfy(\.isASCIIDigit), let year = Int(first) else {
            return nil
        }
        switch parts.count {
        case 1: self.init(year: year, month: 1, monthCount: 12)
        case 2 where parts[1] == "H1" || parts[1] == "H2":
            self.init(year: year, month: parts[1] == "H1" ? 1 : 7, monthCount: 6)
        case 2 where parts[1].first == "Q" && parts[1].count == 2:
            guard let quarter = Int(parts[1].dropFirst()), (1...4).contains(quarter) else { return nil }
            self.init(year: year, month: quarter * 3 - 2, monthCount: 3)
        case 2 where parts[1].count == 2 && parts[1].allSatisfy(\.isASCIIDigit):
            guard let month = Int(parts[1]), (1...12).contains(month) else { return nil }
            self.init(year: year, month: month, monthCount: 1)
        default: return nil
        }
    }

    /// `monthCount` months from the first day of `month`; `month` may lie outside 1…12.
    private init?(year: Int, month: Int, monthCount: Int) {
        func firstDay(_ month: Int) -> CivilDate? {
            let index = year * 12 + month - 1
            return CivilDate(year: index / 12, month: index % 12 + 1, day: 1)
        }
        guard let from = firstDay(month), let until = firstDay(month + monthCount) else { return nil }
        self.init(from: from, until: until)
    }

    /// The kind of civil period this is, `nil` for any other span.
    package var kind: PeriodKind? {
        if self == SettlementPeriod(year: from.year, month: 1, monthCount: 12) { return .year }
        if from.month % 6 == 1, self == SettlementPeriod(year: from.year, month: from.month, monthCount: 6) {
            return .halfYear
        }
        if from.month % 3 == 1, self == SettlementPeriod(year: from.year, month: from.month, monthCount: 3) {
            return .quarter
        }
        return self == SettlementPeriod(year: from.year, month: from.month, monthCount: 1) ? .month : nil
    }

    /// The period of the same kind just before this one, `nil` for a span that is no civil period.
    package var previous: SettlementPeriod? {
        kind?.monthCount.flatMap { SettlementPeriod(year: from.year, month: from.month - $0, monthCount: $0) }
    }

    /// The period of the same kind just after this one, `nil` for a span that is no civil period.
    package var next: SettlementPeriod? {
        kind?.monthCount.flatMap { SettlementPeriod(year: from.year, month: from.month + $0, monthCount: $0) }
    }

    /// The civil months of a year, half-year, quarter or month, in order; empty for any other span.
    package var months: [SettlementPeriod] {
        (0..<(kind?.monthCount ?? 0)).compactMap {
            SettlementPeriod(year: from.year, month: from.month + $0, monthCount: 1)
        }
    }

    /// The whole civil periods of `kind` that lie in this span, in order; for a span itself this one.
    package func parts(of kind: PeriodKind) -> [SettlementPeriod] {
        guard let count = kind.monthCount else { return [self] }
        var index = from.year * 12 + from.month - 1 + (from.day > 1 ? 1 : 0)
        index = (index + count - 1) / count * count
        var parts: [SettlementPeriod] = []
        while let part = SettlementPeriod(year: index / 12, month: index % 12 + 1, monthCount: count),
            part.until <= until
        {
            parts.append(part)
            index += count
        }
        return parts
    }

    /// How many civil days the period has.
    package var dayCount: Int {
        Int((until.start(at: .china).milliseconds - from.start(at: .china).milliseconds) / 86_400_000)
    }

    /// The instants the period covers in the calendar at `offset`.
    package func interval(at offset: UTCOffset) -> Interval {
        Interval(start: from.start(at: offset), end: until.start(at: offset))
    }

    /// `2025-01-01/2026-01-01`.
    package var description: String { "\(from)/\(until)" }
}
