// The hour means of one item at one place over whole civil days: what day means and sliding means are formed from.

package import Exact
package import Monitoring

/// A column of hour means (小时均值), one place an hour; an hour without a value is empty.
package struct AirHours: Sendable {
    /// Why a value took no part.
    package enum Refusal: String, Sendable, CaseIterable {
        /// The source stated that there is none.
        case missing
        /// The quality verdict is not among those the policy accepts.
        case quality
        /// `<` or `>`: a censored value is no number.
        case censored
        /// Below zero where nothing can be.
        case impossible
        /// It does not begin on the hour.
        case offHour = "off-hour"
    }

    enum Column: Sendable {
        /// Units of 10^−decimals; `AirHours.empty` where there is no value. Each lies below `AirHours.unitLimit`.
        case integers(decimals: Int, units: [Int64])
        /// Means over points, and values too long for the integers.
        case fractions([Fraction?])
    }

    /// No value: smaller than anything a column holds.
    static let empty = Int64.min
    /// 24 values of a day times 840 (see `dayMaxima8h`) stay within 63 bits.
    static let unitLimit: Int64 = 1 << 48

    package let parameter: ParameterID
    /// Whole days; hour 0 of the column begins with them.
    package let period: CivilPeriod
    let column: Column
    package let refused: [Refusal: Int]
    /// Hours for which two different values came: which holds is for people to decide.
    package let disputed: Set<Int>

    package var hourCount: Int { (period.until.dayNumber - period.from.dayNumber) * 24 }

    /// The exact values, hour by hour.
    package var values: [Fraction?] {
        switch column {
        case .fractions(let values): values
        case .integers(let decimals, let units):
            units.map { $0 == Self.empty ? nil : Fraction(units: Int128($0), exponent: -decimals) }
        }
    }

    init(
        parameter: ParameterID, period: CivilPeriod, column: Column, refused: [Refusal: Int] = [:],
        disputed: Set<Int> = []
    ) {
        self.parameter = parameter
        self.period = period
        self.column = column
        self.refused = refused
        self.disputed = disputed
    }

    /// The column of `values`; those outside the period are passed over, of two for one hour the first stands.
    package init(
        _ values: some Sequence<PeriodValue>, of parameter: ParameterID, over period: CivilPeriod,
        quality: QualityPolicy
    ) {
        let interval = period.interval
        var hours = [ExactDecimal?](
            repeating: nil, count: (period.until.dayNumber - period.from.dayNumber) * 24)
        var refused: [Refusal: Int] = [:]
        var disputed: Set<Int> = []
        for value in values where interval.contains(value.start) {
            let since = value.start.milliseconds - interval.start.milliseconds
            if let refusal = Self.refusal(of: value, since: since, quality: quality) {
                refused[refusal, default: 0] += 1
                continue
            }
            let hour = Int(since / 3_600_000)
            if let known = hours[hour] {
                if known != value.item.value { disputed.insert(hour) }
                continue
            }
            hours[hour] = value.item.value
        }
        self.init(
            parameter: parameter, period: period, column: Self.column(of: hours), refused: refused, disputed: disputed)
    }

    private static func refusal(of value: PeriodValue, since: Int64, quality: QualityPolicy) -> Refusal? {
        switch value.item.qualifier {
        case .missing: return .missing
        case .below, .above: return .censored
        case .none: break
        }
        if !quality.accepted.contains(value.quality) { return .quality }
        if since % 3_600_000 != 0 { return .offHour }
        return value.item.value < .zero ? .impossible : nil
    }

    /// Integers at one exponent where all of them fit, fractions elsewhere.
    private static func column(of hours: [ExactDecimal?]) -> Column {
        let exponents = hours.compactMap { $0?.canonical.exponent }
        let decimals = max(0, -(exponents.min() ?? 0))
        var units = [Int64](repeating: empty, count: hours.count)
        for (hour, value) in hours.enumerated() {
            guard let value else { continue }
            let (mantissa, exponent) = value.canonical
            guard let scaled = power(exponent + decimals).map({ mantissa.multipliedReportingOverflow(by: $0) }),
                !scaled.overflow, scaled.partialValue < unitLimit
            else { return .fractions(hours.map { $0.map { Fraction($0) } }) }
            units[hour] = scaled.partialValue
        }
        return .integers(decimals: decimals, units: units)
    }

    private static func power(_ exponent: Int) -> Int64? {
        exponent > 18 ? nil : (0..<exponent).reduce(Int64(1)) { product, _ in product * 10 }
    }
}
