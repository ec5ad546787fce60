// How many values a mean of air concentrations needs: table 4 of GB 3095, as data.

package import Monitoring

/// The minimum numbers of valid values of one edition.
///
/// Source: GB 3095-2026, table 4 (table `air_validity`); for the daily maximum of ozone S29 (mark B).
package struct AirValidity: Sendable {
    /// The minimum of one item and averaging time.
    package struct Minimum: Hashable, Sendable {
        /// Values of the averaging time `of`.
        package let count: Int
        package let of: AirAveraging
        /// The minimum in each month of a longer span; February has its own.
        package let perMonth: Int?
        package let perFebruary: Int?

        /// The minimum of a calendar month, where the table has one.
        package func inMonth(_ month: Int) -> Int? { month == 2 ? perFebruary : perMonth }
    }

    private struct Key: Hashable {
        let parameter: ParameterID
        let averaging: AirAveraging
    }

    /// The table's id: `cn-gb3095-2026`.
    package let id: String
    private let minima: [Key: Minimum]

    package static let of2026 = AirValidity(id: "cn-gb3095-2026")

    /// The minimum for a mean of `parameter` over `averaging`, `nil` where the table has none.
    package func minimum(of parameter: ParameterID, over averaging: AirAveraging) -> Minimum? {
        minima[Key(parameter: parameter, averaging: averaging)]
    }

    private init(id: String) {
        self.id = id
        var minima: [Key: Minimum] = [:]
        for row in StandardTable.builtIn("air_validity").rows where row["profile"] == id {
            guard let averaging = AirAveraging(rawValue: row["averaging"]), let count = Int(row["minimum"]),
                let of = AirAveraging(rawValue: row["of"])
            else { preconditionFailure("A row of the table air_validity is incomplete.") }
            let key = Key(parameter: ParameterID(airPollutant: row["pollutant"]), averaging: averaging)
            minima[key] = Minimum(
                count: count, of: of, perMonth: Int(row["per_month"]), perFebruary: Int(row["per_february"]))
        }
        self.minima = minima
    }
}

/// One statistic of the yearly assessment and the limit it is held against.
///
/// Source: HJ 663-2013, table of assessment items (S28; table `air_assessment`). The text of HJ 663-2026 was not
/// obtained; the same items are common use under it (mark B).
package struct AirAssessmentItem: Hashable, Sendable {
    package enum Statistic: Hashable, Sendable {
        case mean
        /// The percentile of this many per cent.
        case percentile(Int)
    }

    package let parameter: ParameterID
    package let statistic: Statistic
    /// What the statistic is formed of: day means or daily maxima of the 8 h mean.
    package let of: AirAveraging
    /// The averaging time whose limit it is held against.
    package let limit: AirAveraging

    /// `mean`, `p98`.
    package var name: String {
        switch statistic {
        case .mean: "mean"
        case .percentile(let percent): "p\(percent)"
        }
    }

    package init(parameter: ParameterID, statistic: Statistic, of: AirAveraging, limit: AirAveraging) {
        self.parameter = parameter
        self.statistic = statistic
        self.of = of
        self.limit = limit
    }

    /// In the order of the index's items, the mean before the percentile.
    package static let ofYear: [AirAssessmentItem] = StandardTable.builtIn("air_assessment").rows.map { row in
        guard let of = AirAveraging(rawValue: row["of"]), let limit = AirAveraging(rawValue: row["limit"]) else {
            preconditionFailure("A row of the table air_assessment is incomplete.")
        }
        return AirAssessmentItem(
            parameter: ParameterID(airPollutant: row["pollutant"]),
            statistic: Int(row["percent"]).map { .percentile($0) } ?? .mean, of: of, limit: limit)
    }
}
