// The series an assessment over periods is made of, from files or from the book: one column a station and parameter.

import Assessment
import Exact
import Formats
import Foundation
import Monitoring
import Standards

/// What is assessed over periods.
enum AssessedMedium {
    case water
    case air

    /// Water: instants, means up to 4 h and month means. Air: the hour means of the index's items, since sliding means
    /// and maxima of a feed are formed anew.
    func takes(_ key: SeriesKey) -> Bool {
        switch self {
        case .water:
            let isValue =
                key.statistic == .instant || key.statistic == .monthMean
                || (key.statistic == .mean && key.window <= .hours(4))
            return isValue && ParameterCatalogue.standard[key.parameter]?.medium == .water
        case .air:
            return key.statistic == .mean && key.window == .hours(1) && AirIndexStandard.items.contains(key.parameter)
        }
    }
}

/// Values by station, parameter and origin.
struct PeriodSeries {
    private struct Key: Hashable {
        let parameter: ParameterID
        let origin: SeriesOrigin
    }

    /// One origin speaks for a parameter, the first there is of these.
    private static let precedence: [SeriesOrigin] = [.automatic, .joint, .manual, .thirdParty, .published]

    let registry: Registry
    /// How far the values had been reviewed when they came here.
    let reviewState: ReviewState
    private var columns: [StationID: [Key: PeriodColumns]] = [:]
    private(set) var first: Instant?
    private(set) var last: Instant?

    init(registry: Registry, reviewState: ReviewState) {
        self.registry = registry
        self.reviewState = reviewState
    }

    var isEmpty: Bool { columns.isEmpty }
    var stations: [StationID] { columns.keys.sorted() }

    /// Takes the values of a series; a station's series of one parameter and origin are one.
    mutating func take(_ values: PeriodColumns, of key: SeriesKey) {
        guard let range = values.startRange else { return }
        first = min(first ?? range.lowerBound, range.lowerBound)
        last = max(last ?? range.upperBound, range.upperBound)
        let own = Key(parameter: key.parameter, origin: key.origin)
        if columns[key.station]?[own] == nil {
            columns[key.station, default: [:]][own] = values
        } else {
            columns[key.station]?[own]?.append(contentsOf: values)
        }
    }

    /// The series of a station by parameter.
    func series(of station: StationID) -> [ParameterID: PeriodColumns] {
        var series: [ParameterID: PeriodColumns] = [:]
        guard let own = columns[station] else { return series }
        for origin in Self.precedence {
            for (key, values) in own where key.origin == origin && series[key.parameter] == nil {
                series[key.parameter] = values
            }
        }
        return series
    }

    /// The starts for which anything was sent, with a value or without.
    func sentStarts(of station: StationID) -> Set<Int64> {
        (columns[station] ?? [:]).values.reduce(into: []) { sent, values in sent.formUnion(values.start) }
    }
}

extension PeriodSeries {
    /// What files say. Files are taken in the order of their paths: of a source that revises the last row counts.
    init(_ gathered: GatheredSeries) {
        self.init(registry: gathered.registry, reviewState: .raw)
        let verdicts = gathered.flags.map(\.verdict.rawValue)
        for rows in gathered.series {
            let quality = [UInt8](capacity: rows.flag.count) { quality in
                for flag in rows.flag { quality.append(verdicts[Int(flag)]) }
            }
            let values = PeriodColumns(
                start: rows.start, mantissa: rows.mantissa, exponent: rows.exponent, qualifier: rows.qualifier,
                quality: quality)
            take(rows.isRevised ? values.keepingLastOfEachStart() : values, of: rows.key)
        }
    }
}
