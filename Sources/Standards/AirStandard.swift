// GB 3095 as data: editions with their days, and the limit of a pollutant for an averaging time and a grade.

package import Exact
package import Monitoring

/// How long a concentration is averaged before it is held against a limit or a break point.
package enum AirAveraging: String, Sendable, CaseIterable {
    case hour = "1h"
    /// A sliding mean of 8 hours.
    case eightHours = "8h"
    case day = "daily"
    /// The largest sliding 8 h mean of a day.
    case dayMaximum8h = "MDA8"
    case quarter
    case year = "annual"
}

/// One edition, or phase of an edition, of the ambient air quality standard.
///
/// Source: GB 3095-2012 with its amendment of 2018; GB 3095-2026 clause 4.4, transition limits until 2030-12-31, final
/// limits from 2031-01-01 (table `gb3095`).
package struct AirStandard: Sendable {
    /// Grade Ⅰ holds in nature reserves, grade Ⅱ elsewhere.
    package enum Grade: String, Sendable, CaseIterable { case first = "I", second = "II" }

    /// One row of the table.
    package struct Limit: Sendable {
        package let parameter: ParameterID
        package let averaging: AirAveraging
        package let unit: String
        package let first: ExactDecimal
        package let second: ExactDecimal
        package let sources: String
    }

    /// The table's id of this phase: `cn-gb3095-2026-transition`.
    package let id: String
    /// The document: `GB 3095-2026`.
    package let document: String
    /// Civil dates of +08:00.
    package let span: DateSpan
    package let limits: [Limit]

    /// The editions in time order; their spans do not overlap.
    package static let editions: [AirStandard] = [
        AirStandard(id: "cn-gb3095-2012", document: "GB 3095-2012"),
        AirStandard(id: "cn-gb3095-2026-transition", document: "GB 3095-2026"),
        AirStandard(id: "cn-gb3095-2026-final", document: "GB 3095-2026"),
    ]

    /// The limit of `parameter`, `nil` when this edition sets none.
    package func limit(of parameter: ParameterID, over averaging: AirAveraging, grade: Grade) -> ExactDecimal? {
        guard let row = limits.first(where: { $0.parameter == parameter && $0.averaging == averaging }) else {
            return nil
        }
        return grade == .first ? row.first : row.second
    }

    private init(id: String, document: String) {
        let rows = StandardTable.builtIn("gb3095").rows.filter { $0["profile"] == id }
        self.id = id
        self.document = document
        span = DateSpan(tableRow: rows.first, table: "gb3095")
        limits = rows.compactMap { row in
            // Averaging times we do not assess yet (month, growing season) stay in the table.
            guard let averaging = AirAveraging(rawValue: row["averaging"]), let first = ExactDecimal(row["grade_I"]),
                let second = ExactDecimal(row["grade_II"])
            else { return nil }
            return Limit(
                parameter: ParameterID(airPollutant: row["pollutant"]), averaging: averaging, unit: row["unit"],
                first: first, second: second, sources: row["sources"])
        }
    }
}

extension DateSpan {
    /// The span of a table's row, whose last day is included.
    init(tableRow row: StandardTable.Row?, table: String) {
        guard let row, let from = CivilDate(row["valid_from"]) else {
            preconditionFailure("The table \(table) gives no first day.")
        }
        self.init(from: from, until: CivilDate(row["valid_to"])?.advanced(byDays: 1))
    }
}

extension ParameterID {
    /// The id of a pollutant as the air tables print it (`PM2.5`, `SO2`).
    init(airPollutant printed: String) {
        self.init(printed == "PM2.5" ? "pm25" : printed.lowercased())
    }
}
