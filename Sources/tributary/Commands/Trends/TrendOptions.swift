// How `tributary trend` is to test: methods, seasons and units by the words of the command line.

import Statistics

/// The tests by their names on the command line.
enum TrendMethod: String, CaseIterable, Sendable {
    case mk
    case hamedRao = "hamed-rao"
    case yueWang = "yue-wang"
    case preWhitening = "pre-whitening"
    case trendFreePreWhitening = "tfpw"
    case seasonal
    case correlatedSeasonal = "correlated-seasonal"
    case regional
    case partial
    case spearman
    case censored
    case wrtds
}

/// The unit of time of a slope.
enum TrendUnit: String, CaseIterable, Sendable {
    case step, day, year
}

/// Seasons that are compared only with themselves.
enum TrendSeason: Hashable, Sendable, CustomStringConvertible {
    case month, quarter, hour
    /// So many steps of the series make a cycle.
    case steps(Int)

    /// A cycle has at least two seasons; ten thousand are hours of more than a year.
    static let stepRange = 2...10_000

    init?(argument: String) {
        switch argument {
        case "month": self = .month
        case "quarter": self = .quarter
        case "hour": self = .hour
        default:
            guard let steps = Int(argument), Self.stepRange.contains(steps) else { return nil }
            self = .steps(steps)
        }
    }

    var description: String {
        switch self {
        case .month: "month"
        case .quarter: "quarter"
        case .hour: "hour"
        case .steps(let count): String(count)
        }
    }
}

/// All that a run of tests needs besides the series.
struct TrendOptions: Sendable {
    var method = TrendMethod.mk
    var season = TrendSeason.month
    var confidence = 0.95
    var unit = TrendUnit.step
    /// `nil` for the method's own: all of hamed-rao, the first of yue-wang, as its authors have it.
    var lagCount: Int?
    var covariate: String?
    /// Draws of the bootstrap of wrtds.
    var drawCount = FlowBootstrap().drawCount
    /// What Spearman's coefficient must do to the table's value.
    var edge = SpearmanEdge.reach
}
