// HJ 633 as data: the break points of the air quality index and the sub-index of one concentration, in integers.

package import Exact
package import Monitoring

/// One edition of the technical regulation on the air quality index (AQI).
///
/// Source: HJ 633-2012; HJ 633-2026 (table `iaqi`).
package struct AirIndexStandard: Sendable {
    /// What happens above the last break point of a column.
    package enum Top: Hashable, Sendable {
        /// The text is silent; platforms stop at 500 (mark C in the reference: practice, not law).
        case capped(Int)
        /// HJ 633-2026: one fixed sub-index (SO2 1 h above 800: 200; O3 MDA8 above 800: 300).
        case fixed(Int)
        /// HJ 633-2012: not computed for this averaging time.
        case notComputed
    }

    /// One straight piece between two break points; concentrations in `AirIndexStandard.Column.scale`.
    struct Piece: Sendable {
        let index: ClosedRange<Int>
        let concentration: ClosedRange<Int>
    }

    /// The break points of one pollutant and averaging time.
    struct Column: Sendable {
        let pieces: [Piece]
        let top: Top
        /// Decimals the concentration is rounded to before the look-up: 0, for CO 1.
        let decimals: Int
    }

    /// A sub-index (IAQI).
    package enum SubIndex: Hashable, Sendable {
        case value(Int)
        /// A value by a rule for concentrations above the last break point.
        case aboveTable(Int)
        case notAssessable(NotAssessable)

        package var value: Int? {
            switch self {
            case .value(let index), .aboveTable(let index): index
            case .notAssessable: nil
            }
        }
    }

    struct ColumnKey: Hashable, Sendable {
        let parameter: ParameterID
        let averaging: AirAveraging
    }

    /// The table's id: `cn-hj633-2026`.
    package let id: String
    package let document: String
    package let span: DateSpan
    let columns: [ColumnKey: Column]

    package static let of2012 = AirIndexStandard(id: "cn-hj633-2012", document: "HJ 633-2012")
    package static let of2026 = AirIndexStandard(id: "cn-hj633-2026", document: "HJ 633-2026")

    /// The items of the index in the order in which primary pollutants are listed.
    package static let items: [ParameterID] = ["so2", "no2", "pm10", "co", "pm25", "o3"].map { ParameterID($0) }

    /// The averaging time whose break points an hourly value of `parameter` is held against: particles use the daily
    /// column (HJ 633-2026 by its text; under HJ 633-2012 the feed did the same with hour means).
    package static func hourlyColumn(of parameter: ParameterID) -> AirAveraging {
        parameter.rawValue == "pm10" || parameter.rawValue == "pm25" ? .day : .hour
    }

    /// The sub-index of a concentration: rounded half to even (GB/T 8170; integers, CO one decimal), then on the line
    /// between two break points, rounded up. Integers throughout: 46 inputs go wrong in binary floating point.
    ///
    /// - Units: µg/m³, CO mg/m³.
    package func subIndex(of value: ExactDecimal, parameter: ParameterID, over averaging: AirAveraging) -> SubIndex {
        if value < .zero { return .notAssessable(NotAssessable(.impossibleValue, "\(parameter) is negative")) }
        guard let concentration = value.roundedHalfEven(places: decimals(of: parameter, over: averaging) ?? 0) else {
            return .notAssessable(NotAssessable(.impossibleValue, "\(parameter) is too large"))
        }
        return subIndex(ofRounded: concentration, parameter: parameter, over: averaging)
    }

    /// The sub-index of a mean that need not be a decimal: rounded once, from the exact value.
    package func subIndex(ofMean mean: Fraction, parameter: ParameterID, over averaging: AirAveraging) -> SubIndex {
        if mean.isNegative { return .notAssessable(NotAssessable(.impossibleValue, "\(parameter) is negative")) }
        let scaled = decimals(of: parameter, over: averaging) == 1 ? mean * Fraction(10) : mean
        guard let concentration = scaled.roundedToInteger(.halfEven).integer else {
            return .notAssessable(NotAssessable(.impossibleValue, "\(parameter) is too large"))
        }
        return subIndex(ofRounded: concentration, parameter: parameter, over: averaging)
    }

    /// The sub-index of a concentration already rounded, counted in units of 10^−decimals: what tables are made of.
    ///
    /// - Precondition: `concentration` is not negative.
    package func subIndex(
        ofRounded concentration: Int, parameter: ParameterID, over averaging: AirAveraging
    ) -> SubIndex {
        precondition(concentration >= 0, "A concentration below zero has no index.")
        guard let column = columns[ColumnKey(parameter: parameter, averaging: averaging)] else {
            let detail = "\(document) has no break points for \(parameter) over \(averaging.rawValue)"
            return .notAssessable(NotAssessable(.noLimit, detail))
        }
        return column.subIndex(of: concentration, parameter: parameter, document: document)
    }

    /// The decimals a concentration is rounded to before the look-up; `nil` where there are no break points.
    package func decimals(of parameter: ParameterID, over averaging: AirAveraging) -> Int? {
        columns[ColumnKey(parameter: parameter, averaging: averaging)]?.decimals
    }

    /// The last break point, in units of 10^−decimals; above it every concentration has one and the same result.
    package func lastConcentration(of parameter: ParameterID, over averaging: AirAveraging) -> Int? {
        columns[ColumnKey(parameter: parameter, averaging: averaging)]?.pieces.last?.concentration.upperBound
    }

    private init(id: String, document: String) {
        let rows = StandardTable.builtIn("iaqi").rows.filter { $0["profile"] == id }
        self.id = id
        self.document = document
        span = DateSpan(tableRow: rows.first, table: "iaqi")
        let groups = Dictionary(grouping: rows) { row in
            ColumnKey(parameter: ParameterID(airPollutant: row["pollutant"]), averaging: AirAveraging(in: row))
        }
        columns = groups.mapValues { Column(rows: $0) }
    }
}

extension ExactDecimal {
    /// This value in units of 10^−places, rounded half to even (GB/T 8170-2008, 3.1); `nil` beyond 64 bits.
    ///
    /// - Precondition: `places` is 0 or 1.
    fileprivate func roundedHalfEven(places: Int) -> Int? {
        precondition(places == 0 || places == 1, "An index rounds its concentration to 0 or 1 decimals.")
        let power = Int(exponent) + places
        if power >= 0 {
            let (product, overflow) = Int(mantissa).multipliedReportingOverflow(by: Self.power(power) ?? 0)
            return overflow || power > 18 ? nil : product
        }
        guard let unit = Self.power(-power) else { return 0 }
        let (quotient, remainder) = Int(mantissa.magnitude).quotientAndRemainder(dividingBy: unit)
        let doubled = remainder * 2
        let magnitude = doubled > unit || (doubled == unit && quotient % 2 == 1) ? quotient + 1 : quotient
        return mantissa < 0 ? -magnitude : magnitude
    }

    private static func power(_ exponent: Int) -> Int? {
        exponent <= 18 ? (0..<exponent).reduce(1) { product, _ in product * 10 } : nil
    }
}

extension AirIndexStandard.Column {
    fileprivate func subIndex(
        of concentration: Int, parameter: ParameterID, document: String
    ) -> AirIndexStandard.SubIndex {
        guard let piece = pieces.first(where: { concentration <= $0.concentration.upperBound }) else {
            switch top {
            case .capped(let index), .fixed(let index): return .aboveTable(index)
            case .notComputed:
                let detail =
                    "\(document) gives \(parameter) above its last break point no index for this averaging time"
                return .notAssessable(NotAssessable(.noLimit, detail))
            }
        }
        let rise = (piece.index.upperBound - piece.index.lowerBound) * (concentration - piece.concentration.lowerBound)
        let run = piece.concentration.upperBound - piece.concentration.lowerBound
        return .value(piece.index.lowerBound + (rise + run - 1) / run)
    }

    fileprivate init(rows: [StandardTable.Row]) {
        decimals = rows[0]["pollutant"] == "CO" ? 1 : 0
        let scale = decimals == 1 ? 10 : 1
        pieces = rows.map { row in
            guard let low = Int(row["index_lo"]), let high = Int(row["index_hi"]), let from = Int(row["conc_lo"]),
                let to = Int(row["conc_hi"])
            else { preconditionFailure("A break point of the Chinese index is an integer.") }
            return AirIndexStandard.Piece(index: low...high, concentration: (from * scale)...(to * scale))
        }
        top = AirIndexStandard.Top(printed: rows[rows.count - 1]["above_top_rule"])
    }
}

extension AirIndexStandard.Top {
    fileprivate init(printed rule: String) {
        if rule.hasPrefix("IAQI = "), let index = Int(rule.dropFirst("IAQI = ".count)) {
            self = .fixed(index)
        } else if rule.hasPrefix("not computed") {
            self = .notComputed
        } else if rule.hasPrefix("not stated; cap at 500") {
            self = .capped(500)
        } else {
            preconditionFailure("The last row of a column says what happens above it, not “\(rule)”.")
        }
    }
}

extension AirAveraging {
    fileprivate init(in row: StandardTable.Row) {
        guard let averaging = AirAveraging(rawValue: row["averaging"]) else {
            preconditionFailure("The table iaqi knows no averaging time \(row["averaging"]).")
        }
        self = averaging
    }
}
