// The values of one series as columns, and those of them that may take part in a statistic, in time order.

internal import Exact
package import Monitoring
internal import Standards

/// The values of one series, in any order.
///
/// | column | type | unit | meaning |
/// |---|---|---|---|
/// | start | Int64 | ms UTC | start of the value's interval |
/// | mantissa, exponent | Int64, Int8 | – | the exact value |
/// | qualifier | UInt8 | – | `Qualifier` raw value |
/// | quality | UInt8 | – | `QualityVerdict` raw value |
package struct PeriodColumns: Sendable {
    package private(set) var start: [Int64] = []
    package private(set) var mantissa: [Int64] = []
    package private(set) var exponent: [Int8] = []
    package private(set) var qualifier: [UInt8] = []
    package private(set) var quality: [UInt8] = []

    package init() {}

    package init(_ values: some Sequence<PeriodValue>) {
        for value in values {
            append(
                start: value.start.milliseconds, mantissa: value.item.value.mantissa,
                exponent: value.item.value.exponent, qualifier: value.item.qualifier.rawValue,
                quality: value.quality.rawValue)
        }
    }

    /// - Precondition: the columns are of one length.
    package init(start: [Int64], mantissa: [Int64], exponent: [Int8], qualifier: [UInt8], quality: [UInt8]) {
        precondition(
            [mantissa.count, exponent.count, qualifier.count, quality.count].allSatisfy { $0 == start.count },
            "Columns of one series are of one length.")
        self.start = start
        self.mantissa = mantissa
        self.exponent = exponent
        self.qualifier = qualifier
        self.quality = quality
    }

    package var count: Int { start.count }

    /// The first and the last start; `nil` of nothing.
    package var startRange: ClosedRange<Instant>? {
        guard var first = start.first else { return nil }
        var last = first
        for next in start {
            first = min(first, next)
            last = max(last, next)
        }
        return Instant(milliseconds: first)...Instant(milliseconds: last)
    }

    /// The values one by one, in the order of the rows.
    package var values: some Sequence<PeriodValue> {
        (0..<count).lazy.map { row in
            PeriodValue(
                start: Instant(milliseconds: start[row]),
                value: ExactDecimal(mantissa: mantissa[row], exponent: exponent[row]),
                quality: QualityVerdict(rawValue: quality[row]) ?? .notTested,
                qualifier: Qualifier(rawValue: qualifier[row]) ?? .missing)
        }
    }

    package mutating func append(contentsOf other: PeriodColumns) {
        start += other.start
        mantissa += other.mantissa
        exponent += other.exponent
        qualifier += other.qualifier
        quality += other.quality
    }

    package mutating func append(start: Int64, mantissa: Int64, exponent: Int8, qualifier: UInt8, quality: UInt8) {
        self.start.append(start)
        self.mantissa.append(mantissa)
        self.exponent.append(exponent)
        self.qualifier.append(qualifier)
        self.quality.append(quality)
    }

    package mutating func reserve(_ capacity: Int) {
        start.reserveCapacity(capacity)
        mantissa.reserveCapacity(capacity)
        exponent.reserveCapacity(capacity)
        qualifier.reserveCapacity(capacity)
        quality.reserveCapacity(capacity)
    }

    /// The last row of each start, in time order: what a source that revises its values means.
    package func keepingLastOfEachStart() -> PeriodColumns {
        if isInTimeOrder { return self }
        var kept = PeriodColumns()
        kept.reserve(count)
        let rows = rowsInTimeOrder()
        for (place, row) in rows.enumerated() where place + 1 == rows.count || start[rows[place + 1]] != start[row] {
            kept.append(
                start: start[row], mantissa: mantissa[row], exponent: exponent[row], qualifier: qualifier[row],
                quality: quality[row])
        }
        return kept
    }

    /// Rows by start, those of one start in the order they came.
    func rowsInTimeOrder() -> [Int] {
        (0..<count).sorted { (start[$0], $0) < (start[$1], $1) }
    }

    /// Whether every row begins after the one before: the everyday case.
    var isInTimeOrder: Bool {
        let start = start.span
        for row in 1..<max(1, start.count) where start[row] <= start[row - 1] { return false }
        return true
    }

    func item(_ row: Int) -> ItemValue {
        ItemValue(
            ExactDecimal(mantissa: mantissa[row], exponent: exponent[row]),
            qualifier: Qualifier(rawValue: qualifier[row]) ?? .missing)
    }
}

/// What may take part in a mean: numbers in time order, one a start, with what was refused and why.
struct AdmittedValues {
    private(set) var start: [Int64] = []
    private(set) var mantissa: [Int64] = []
    private(set) var exponent: [Int8] = []
    private(set) var refused: [PeriodStatistic.Refusal: Int] = [:]
    /// Two different values for one start.
    private(set) var isDisputed = false

    var count: Int { start.count }

    /// - Parameter excluded: intervals whose values are taken out.
    init(
        _ values: PeriodColumns, of parameter: ParameterID, within interval: Interval, quality: QualityPolicy,
        belowDetection: BelowDetectionRule, excluded: [Interval] = []
    ) {
        start.reserveCapacity(values.count)
        mantissa.reserveCapacity(values.count)
        exponent.reserveCapacity(values.count)
        let isNonNegative = ParameterCatalogue.standard[parameter]?.isNonNegative ?? false
        let accepted = quality.accepted.reduce(into: UInt8(0)) { $0 |= 1 << $1.rawValue }
        var gate = Gate(
            first: interval.start.milliseconds, end: interval.end.milliseconds, accepted: accepted,
            isNonNegative: isNonNegative, belowDetection: belowDetection, excluded: excluded)
        if values.isInTimeOrder {
            var row = 0
            while row < values.count {
                let end = Self.plainRun(from: row, values, gate)
                admit(plain: row..<end, values)
                if end < values.count { admit(end, values, &gate) }
                row = end + 1
            }
        } else {
            for row in values.rowsInTimeOrder() { admit(row, values, &gate) }
        }
        refused = gate.refused
    }

    private struct Gate {
        let first: Int64
        let end: Int64
        let accepted: UInt8
        let isNonNegative: Bool
        let belowDetection: BelowDetectionRule
        let excluded: [Interval]
        var refused: [PeriodStatistic.Refusal: Int] = [:]
        /// The row of the start last seen, for repeated values.
        var last: Int?

        mutating func refuse(_ reason: PeriodStatistic.Refusal) { refused[reason, default: 0] += 1 }
    }

    /// The end of the rows from `row` on, in time order, of which each is taken as it is.
    private static func plainRun(from row: Int, _ values: PeriodColumns, _ gate: Gate) -> Int {
        if !gate.excluded.isEmpty { return row }
        let (start, mantissa) = (values.start.span, values.mantissa.span)
        let (qualifier, quality) = (values.qualifier.span, values.quality.span)
        let none = Qualifier.none.rawValue
        let least = gate.isNonNegative ? 0 : Int64.min
        var row = row
        while row < start.count, qualifier[row] == none, gate.accepted >> quality[row] & 1 == 1,
            mantissa[row] >= least, gate.first <= start[row], start[row] < gate.end
        {
            row += 1
        }
        return row
    }

    private mutating func admit(plain rows: Range<Int>, _ values: PeriodColumns) {
        if rows.isEmpty { return }
        start.append(contentsOf: values.start[rows])
        mantissa.append(contentsOf: values.mantissa[rows])
        exponent.append(contentsOf: values.exponent[rows])
    }

    @inline(__always)
    private mutating func admit(_ row: Int, _ values: PeriodColumns, _ gate: inout Gate) {
        let stamp = values.start[row]
        guard gate.first <= stamp, stamp < gate.end else { return }
        let qualifier = values.qualifier[row]
        if qualifier == Qualifier.missing.rawValue { return gate.refuse(.missing) }
        guard gate.accepted >> values.quality[row] & 1 == 1 else { return gate.refuse(.quality) }
        if let last = gate.last, values.start[last] == stamp {
            if values.item(last) != values.item(row) { isDisputed = true }
            return
        }
        gate.last = row
        var units = values.mantissa[row]
        var place = values.exponent[row]
        if qualifier != Qualifier.none.rawValue {
            guard let number = Self.number(units, place, qualifier, gate.belowDetection) else {
                return gate.refuse(.censored)
            }
            (units, place) = number
        }
        if units < 0, gate.isNonNegative { return gate.refuse(.impossible) }
        if !gate.excluded.isEmpty, gate.excluded.contains(where: { $0.contains(Instant(milliseconds: stamp)) }) {
            return gate.refuse(.excluded)
        }
        start.append(stamp)
        mantissa.append(units)
        exponent.append(place)
    }

    /// The decimal that stands for a censored value: half of one is five times it, a place further down.
    private static func number(
        _ units: Int64, _ place: Int8, _ qualifier: UInt8, _ rule: BelowDetectionRule
    ) -> (Int64, Int8)? {
        guard qualifier == Qualifier.below.rawValue else { return nil }
        switch rule {
        case .halfLimit: return units % 2 == 0 ? (units / 2, place) : (units * 5, place - 1)
        case .detectionLimit: return (units, place)
        case .zero: return (0, 0)
        case .refuse: return nil
        }
    }

    /// The first row from `row` on that does not begin before `end`.
    func firstRow(from row: Int, notBefore end: Int64) -> Int {
        let start = start.span
        var next = row
        while next < start.count, start[next] < end { next += 1 }
        return next
    }

    /// The sum of the numbers at `rows`.
    func sum(_ rows: Range<Int>) -> Fraction {
        if let sum = exactSum(mantissa: mantissa.span.extracting(rows), exponent: exponent.span.extracting(rows)) {
            return sum.fraction
        }
        return exactSumReference(mantissa: Array(mantissa[rows]), exponent: Array(exponent[rows]))
    }

    /// How often each number stands at `rows`.
    func counts(_ rows: Range<Int>) -> [ExactDecimal: Int] {
        decimalCounts(mantissa: mantissa.span.extracting(rows), exponent: exponent.span.extracting(rows))
    }

    func number(at row: Int) -> Fraction { Fraction(units: Int128(mantissa[row]), exponent: Int(exponent[row])) }
}
