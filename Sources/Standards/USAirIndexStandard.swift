// The air quality index of the United States as data: bands, truncation, and the sub-index of one concentration.

package import Exact
package import Monitoring

/// The break points of the AQI as reported since 2024-05-06.
///
/// Source: US EPA, Technical Assistance Document for the Reporting of Daily Air Quality, EPA-454/B-24-002, May 2024
/// (S35; table `iaqi`, profile `us-epa-aqi-2024`).
package struct USAirIndexStandard: Sendable {
    package enum Averaging: String, Sendable, CaseIterable {
        case hour = "1h"
        case eightHours = "8h"
        case day = "24h"
    }

    /// One pollutant and averaging time.
    package struct Column: Hashable, Sendable {
        package let parameter: ParameterID
        package let averaging: Averaging

        package init(_ parameter: ParameterID, _ averaging: Averaging) {
            self.parameter = parameter
            self.averaging = averaging
        }
    }

    /// A band with both its ends, as printed; concentrations in units of 10^−decimals.
    struct Band: Sendable {
        let index: ClosedRange<Int>
        let concentration: ClosedRange<Int>
        let category: String
    }

    struct Bands: Sendable {
        let unit: String
        let decimals: Int
        let bands: [Band]
        /// Above the last band its line goes on; otherwise there is no index there.
        let goesOn: Bool
    }

    package static let of2024 = USAirIndexStandard(id: "us-epa-aqi-2024")

    package let id: String
    private let columns: [Column: Bands]

    /// The unit concentrations of `column` are given in: ppm, ppb or ug/m3. Nothing is converted here: a share by volume
    /// is a mass concentration only at a stated temperature and pressure.
    package func unit(of column: Column) -> String? { columns[column]?.unit }

    /// Truncated to the decimals of the table, then on the line between the ends of the band, rounded to the nearest
    /// integer, a tie upwards (the document says “nearest” and no more).
    ///
    /// - Units: those of `unit(of:)`.
    /// - Returns: not assessable where the table has no index: below the first band (ozone over 1 h), above the last one
    ///   where the document sends to another averaging time.
    package func subIndex(of value: Fraction, in column: Column) -> Result<Int, NotAssessable> {
        guard let table = columns[column], let first = table.bands.first, let last = table.bands.last else {
            let detail = "\(id) has no break points for \(column.parameter) over \(column.averaging.rawValue)"
            return .failure(NotAssessable(.noLimit, detail))
        }
        if value.isNegative { return .failure(NotAssessable(.impossibleValue, "\(column.parameter) is negative")) }
        let scaled = value * Fraction(10).raised(to: table.decimals)
        guard let concentration = scaled.roundedToInteger(.down).integer, concentration < Self.concentrationLimit else {
            return .failure(NotAssessable(.impossibleValue, "\(column.parameter) is too large"))
        }
        let band = table.bands.first { concentration <= $0.concentration.upperBound } ?? last
        guard concentration >= first.concentration.lowerBound,
            table.goesOn || concentration <= last.concentration.upperBound
        else {
            let detail = "\(column.parameter) over \(column.averaging.rawValue) has no index at this concentration"
            return .failure(NotAssessable(.noLimit, detail))
        }
        let rise = (band.index.upperBound - band.index.lowerBound) * (concentration - band.concentration.lowerBound)
        let run = band.concentration.upperBound - band.concentration.lowerBound
        return .success(band.index.lowerBound + (2 * rise + run) / (2 * run))
    }

    /// The category's name as printed, of an index that is not negative.
    package func category(of index: Int) -> String {
        let bands = columns[Column(ParameterID("pm25"), .day)]?.bands ?? []
        return (bands.first { index <= $0.index.upperBound } ?? bands.last)?.category ?? ""
    }

    /// No instrument measures more; it keeps the line beyond 500 within 64 bits.
    private static let concentrationLimit = 1_000_000_000

    private init(id: String) {
        self.id = id
        let rows = StandardTable.builtIn("iaqi").rows.filter { $0["profile"] == id }
        let groups = Dictionary(grouping: rows) { row in
            guard let averaging = Averaging(rawValue: row["averaging"]) else {
                preconditionFailure("The table iaqi knows no averaging time \(row["averaging"]).")
            }
            return Column(ParameterID(airPollutant: row["pollutant"]), averaging)
        }
        columns = groups.mapValues { Bands(rows: $0) }
    }
}

extension USAirIndexStandard.Bands {
    fileprivate init(rows: [StandardTable.Row]) {
        let digits = rows[0]["conc_rounding"].filter(\.isNumber)
        let decimals = Int(digits) ?? 0
        unit = rows[0]["unit"]
        self.decimals = decimals
        func scaled(_ text: String) -> Int {
            guard let value = Fraction(text), let count = (value * Fraction(10).raised(to: decimals)).integer else {
                preconditionFailure("A break point of \(rows[0]["pollutant"]) is no number of its decimals.")
            }
            return count
        }
        bands = rows.map { row in
            guard let low = Int(row["index_lo"]), let high = Int(row["index_hi"]) else {
                preconditionFailure("An index of a band is an integer.")
            }
            return USAirIndexStandard.Band(
                index: low...high, concentration: scaled(row["conc_lo"])...scaled(row["conc_hi"]),
                category: row["band_name"])
        }
        goesOn = rows[rows.count - 1]["above_top_rule"].hasPrefix("extrapolate")
    }
}
