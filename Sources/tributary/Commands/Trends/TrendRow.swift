// One row of `tributary trend`, and the text of all.

import Assessment
import Monitoring

/// Why a series has no result, or no slope.
enum TrendReason: Error, Equatable {
    case noValues
    case tooFew(Int)
    case tooFewMedians(Int)
    case tooMany
    case tooLarge
    case constant
    case oneTime
    case irregular
    case tooLong
    case severalAtOneTime
    case noCalendar
    case censored(Int)
    case tooManyCensored(Int, of: Int)
    case noVariance(Double)
    case notSeparable
    case seasonsCancel
    case covariateMissing(String)
    case covariateExplains
    case notPositive
    case tooFewSamples(Int)
    case unlikeCadences

    var words: String {
        switch self {
        case .noValues: "no value is present"
        case .tooFew(let count): "\(count) values present; a trend takes at least 4"
        case .tooFewMedians(let count): "\(count) medians of a season's year; a trend takes at least 4"
        case .tooMany: "more than 1000000 values"
        case .tooLarge: "a value is beyond 1e150: differences and products would overflow"
        case .constant: "all values are equal"
        case .oneTime: "all values have one time or one season's year"
        case .irregular: "irregular times; this method takes a regular cadence"
        case .tooLong: "more than 1000000 steps from first to last"
        case .severalAtOneTime: "several values at one time"
        case .noCalendar: "times are plain numbers; give --season as a number of steps"
        case .censored(let count): "\(count) values are < or >; only mk and censored take them"
        case .tooManyCensored(let count, let all): "no slope: \(count) of \(all) values are < or >"
        case .noVariance(let factor): "the autocorrelations leave no variance (factor \(factor))"
        case .notSeparable: "no slope: too many pairs of one slope"
        case .seasonsCancel: "the covariances between seasons leave no variance; take more years, or seasonal"
        case .covariateMissing(let name): "the covariate \(name) is not among the series"
        case .covariateExplains: "the covariate explains the series wholly, or 4 pairs are not complete"
        case .notPositive: "logarithms take values and discharges above 0"
        case .tooFewSamples(let count): "\(count) samples with a discharge; weighted regressions take at least 30"
        case .unlikeCadences: "the series have different cadences"
        }
    }
}

/// What the values of a run are: every statistic names it.
struct TrendBasis: Sendable {
    let review: ReviewState
    let quality: QualityPolicy

    /// Values of files, as their sources' flags say.
    static let files = TrendBasis(review: .raw, quality: .notInvalid)
    /// Values of a data folder, as the check sets in force there say.
    static let book = TrendBasis(review: .autoChecked, quality: .notInvalid)

    /// `原始 · raw data`
    var words: String { "\(review.chinese) · \(review.rawValue) data" }
}

/// The result of one test.
struct TrendRow: Sendable {
    var series: String
    var count = 0
    /// As text: a whole number of pairs for most methods.
    var s = ""
    var variance: Double?
    var z: Double?
    var p: Double?
    var slope: Double?
    var lower: Double?
    var upper: Double?
    /// The test that was run.
    var method = ""
    /// The unit of time of the slope.
    var unit = ""
    var intercept: Double?
    var tau: Double?
    var censoredCount = 0
    /// The factor on the variance or the autocorrelation taken out.
    var correction: Double?
    /// Why there is no result, or no slope.
    var reason: TrendReason?
    /// What a table of critical values says, for the method that has one.
    var verdict = ""
    /// Values that took no part, because a flag or a check calls them suspect or invalid.
    var leftOutCount = 0
    /// How far the values had been reviewed, and which of them took part.
    var basis = TrendBasis.files
    /// Further members of the JSON object.
    var details: [String: CanonicalJSON] = [:]

    init(series: String, method: String) {
        self.series = series
        self.method = method
    }

    static let columns = [
        "series", "n", "s", "variance", "z", "p", "slope", "lower", "upper", "method", "verdict", "left_out", "quality",
        "review",
    ]
    /// Rows of one piece of text.
    private static let pieceCount = 4_096

    /// The rows as text, a few thousand at a time.
    static func text(of rows: [TrendRow], _ format: OutputFormat) -> [String] {
        var pieces: [String] = []
        if format == .csv { pieces.append(columns.joined(separator: ",") + "\n") }
        for start in stride(from: 0, to: rows.count, by: pieceCount) {
            let part = rows[start..<min(start + pieceCount, rows.count)]
            pieces.append(part.map { $0.line(format) + "\n" }.joined())
        }
        return pieces
    }

    /// Sums over the series with a result; the slopes are added in their order.
    static func summary(of rows: [TrendRow], _ basis: TrendBasis) -> String {
        let tested = rows.filter { $0.reason == nil }
        let slopes = tested.compactMap(\.slope)
        return CanonicalJSON.object([
            "series": .integer(rows.count), "chk_slope": number(slopes.reduce(0, +)),
            "with_slope": .integer(slopes.count), "without_result": .integer(rows.count { $0.reason != nil }),
            "significant_5_percent": .integer(tested.count { ($0.p ?? 1) < 0.05 }),
            "left_out": .integer(rows.map(\.leftOutCount).reduce(0, +)), "quality": .string(basis.quality.name),
            "review": .string(basis.review.rawValue),
        ]).text()
    }

    private func line(_ format: OutputFormat) -> String {
        switch format {
        case .csv:
            let numbers = [variance, z, p, slope, lower, upper].map { $0.map { "\($0)" } ?? "" }
            let fields =
                [csvField(series), "\(count)", s] + numbers + [
                    csvField(methodText), csvField(verdict), "\(leftOutCount)", basis.quality.name,
                    basis.review.rawValue,
                ]
            return fields.joined(separator: ",")
        case .json:
            var members: [String: CanonicalJSON] = [
                "series": .string(series), "n": .integer(count), "s": s.isEmpty ? .null : .number(s),
                "variance": Self.number(variance), "z": Self.number(z), "p": Self.number(p),
                "slope": Self.number(slope), "lower": Self.number(lower), "upper": Self.number(upper),
                "method": .string(method), "slope_per": .string(unit), "intercept": Self.number(intercept),
                "censored": .integer(censoredCount), "correction": Self.number(correction), "tau": Self.number(tau),
                "reason": .optional(reason?.words), "left_out": .integer(leftOutCount),
                "quality": .string(basis.quality.name), "review": .string(basis.review.rawValue),
            ]
            members.merge(details) { first, _ in first }
            return CanonicalJSON.object(members).text()
        case .text:
            var parts = ["\(series)  n \(count)"]
            func add(_ name: String, _ value: Double?) { if let value { parts.append("\(name) \(Self.short(value))") } }
            if !s.isEmpty { parts.append("s \(s)") }
            add("z", z)
            add("p", p)
            if let slope {
                let limits = lower.flatMap { low in upper.map { " (\(Self.short(low)) … \(Self.short($0)))" } } ?? ""
                parts.append("slope \(Self.short(slope))\(limits) a \(unit)")
            }
            if censoredCount > 0 { parts.append("censored \(censoredCount)") }
            parts.append(methodText)
            if !verdict.isEmpty { parts.append(verdict) }
            if leftOutCount > 0 { parts.append("left out \(leftOutCount) suspect or invalid") }
            parts.append(basis.words)
            return parts.joined(separator: "  ")
        }
    }

    private var methodText: String { reason.map { "\(method): \($0.words)" } ?? method }

    private static func number(_ value: Double?) -> CanonicalJSON {
        guard let value, value.isFinite else { return .null }
        return .number("\(value)")
    }

    /// Six figures.
    private static func short(_ value: Double) -> String {
        if value == 0 || !value.isFinite { return "\(value)" }
        let power = Int(value.magnitude.exponent)
        let decimals = max(0, 6 - Int(Double(power) * 0.30103) - 1)
        if decimals > 20 { return "\(value)" }
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        return "\((value * scale).rounded() / scale)"
    }
}
