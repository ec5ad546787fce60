// One series made ready for a test: in order of time, on its own cadence, with its seasons.

import Formats
import Foundation
import Monitoring

/// How a series counts time.
enum SeriesCadence: Equatable {
    /// So many months between readings that lie on one day and hour of theirs.
    case months(Int)
    case milliseconds(Double)
    /// Plain numbers, so far apart.
    case numbers(Double)
    /// No cadence: years of 365.25 days, or plain numbers as they are.
    case irregularStamps, irregularNumbers

    static let year = 31_557_600_000.0

    /// A slope's unit of time.
    var name: String {
        switch self {
        case .months(let count):
            switch count {
            case 1: return "month"
            case 3: return "quarter"
            case 12: return "year"
            default: return count % 12 == 0 ? "\(count / 12) years" : "\(count) months"
            }
        case .milliseconds(let span):
            for (name, unit) in [("day", 86_400_000.0), ("hour", 3_600_000), ("minute", 60_000), ("second", 1_000)] {
                let count = span / unit
                if count == 1 { return name }
                if count >= 1, count == count.rounded() { return "\(Int(count)) \(name)s" }
            }
            return "\(span) ms"
        case .numbers(let step): return step == 1 ? "step" : "\(step)"
        case .irregularStamps: return "year"
        case .irregularNumbers: return "1"
        }
    }

    /// Steps in a unit, or `nil` where plain numbers have no days.
    func steps(in unit: TrendUnit) -> Double? {
        if unit == .step { return 1 }
        let years: Double
        switch self {
        case .months(let count): years = Double(count) / 12
        case .milliseconds(let span): years = span / Self.year
        case .irregularStamps: years = 1
        case .numbers, .irregularNumbers: return nil
        }
        return unit == .year ? 1 / years : 1 / (years * 365.25)
    }
}

/// One series in order of time.
struct TrendSeries {
    let name: String
    /// As `SeriesColumn` has them, sorted.
    private(set) var times: [Double]
    private(set) var values: [Double]
    private(set) var sides: [Int8]
    let cadence: SeriesCadence
    /// Steps of the cadence from the first row.
    let positions: [Double]

    init(_ column: SeriesColumn, hasNumberTimes: Bool) {
        name = column.name
        times = column.times
        values = column.values
        sides = column.sides
        let stamps = column.times
        if !zip(stamps, stamps.dropFirst()).allSatisfy({ $0 <= $1 }) {
            let order = stamps.indices.sorted { (stamps[$0], $0) < (stamps[$1], $1) }
            times = order.map { stamps[$0] }
            values = order.map { column.values[$0] }
            if !column.sides.isEmpty { sides = order.map { column.sides[$0] } }
        }
        (cadence, positions) = Self.cadence(of: times, hasNumberTimes: hasNumberTimes)
    }

    /// Whether products of values are no numbers any more.
    var isTooLarge: Bool { values.contains { $0.isFinite && $0.magnitude > trendValueLimit } }
    var presentCount: Int { values.count(where: \.isFinite) }
    var censoredCount: Int { sides.indices.count { sides[$0] != 0 && values[$0].isFinite } }

    // MARK: Cadence

    /// The least share of a cadence's steps that have a row: with fewer the rows only happen to lie on it.
    private static let occupancy = 0.25

    private static func cadence(of times: [Double], hasNumberTimes: Bool) -> (SeriesCadence, [Double]) {
        guard let first = times.first, let last = times.last, last > first else {
            return (hasNumberTimes ? .irregularNumbers : .irregularStamps, times.map { _ in 0 })
        }
        var step = Double.infinity
        for (before, after) in zip(times, times.dropFirst()) where after > before { step = min(step, after - before) }
        // Months have 28 days at least.
        if !hasNumberTimes, step >= 27.5 * 86_400_000, let months = monthsFrom(times) {
            let gaps = zip(months, months.dropFirst()).map { $1 - $0 }.filter { $0 > 0 }
            let least = gaps.min() ?? 1
            let count = gaps.allSatisfy { $0.isMultiple(of: least) } ? least : 1
            return (.months(count), months.map { Double($0) / Double(count) })
        }
        let positions = times.map { (($0 - first) / step).rounded() }
        let isRegular = zip(times, positions).allSatisfy { abs($0 - first - $1 * step) <= step * 1e-6 }
        if isRegular, Double(times.count) >= occupancy * ((last - first) / step + 1) {
            return (hasNumberTimes ? .numbers(step) : .milliseconds(step), positions)
        }
        if hasNumberTimes { return (.irregularNumbers, times) }
        return (.irregularStamps, times.map { ($0 - first) / SeriesCadence.year })
    }

    /// Months from the first reading when all lie on one day of theirs, at one hour.
    private static func monthsFrom(_ times: [Double]) -> [Int]? {
        let day = 86_400_000.0
        let clock = times[0] - (times[0] / day).rounded(.down) * day
        var months: [Int] = []
        var firstDay = 0
        for time in times {
            let days = (time / day).rounded(.down)
            let date = CivilDate(dayNumber: Int(days))
            if months.isEmpty { firstDay = date.day }
            guard time - days * day == clock, date.day == firstDay else { return nil }
            months.append(date.year * 12 + date.month - 1)
        }
        let first = months[0]
        return months.map { $0 - first }
    }

    // MARK: Grid and seasons

    /// The values on the grid of the cadence, NaN where there is none.
    ///
    /// - Returns: the reason when there is no grid.
    func grid() -> Result<[Double], TrendReason> {
        switch cadence {
        case .irregularStamps, .irregularNumbers: return .failure(.irregular)
        default: break
        }
        let count = Int((positions.last ?? -1) - (positions.first ?? 0)) + 1
        guard count <= 1_000_000 else { return .failure(.tooLong) }
        var grid = [Double](repeating: .nan, count: count)
        for (place, value) in zip(positions, values) where value.isFinite {
            guard grid[Int(place)].isNaN else { return .failure(.severalAtOneTime) }
            grid[Int(place)] = value
        }
        return .success(grid)
    }

    /// The season and the cycle of each reading, or the reason when times have none.
    func seasons(_ season: TrendSeason, hasNumberTimes: Bool) -> Result<[(season: Int, cycle: Int)], TrendReason> {
        if case .steps(let count) = season {
            if cadence == .irregularStamps || cadence == .irregularNumbers { return .failure(.irregular) }
            return .success(positions.map { (Int($0) % count, Int($0) / count) })
        }
        if hasNumberTimes { return .failure(.noCalendar) }
        return .success(
            times.map { time in
                let days = (time / 86_400_000).rounded(.down)
                if season == .hour { return (Int((time - days * 86_400_000) / 3_600_000), Int(days)) }
                let date = CivilDate(dayNumber: Int(days))
                return (season == .month ? date.month - 1 : (date.month - 1) / 3, date.year)
            })
    }

    /// The unit of time of a seasonal slope.
    func cycleName(_ season: TrendSeason) -> String {
        switch season {
        case .month, .quarter: "year"
        case .hour: "day"
        case .steps(let count): "\(count) × \(cadence.name)"
        }
    }
}

/// Values further out than this have differences and products that no number holds.
let trendValueLimit = 1e150
