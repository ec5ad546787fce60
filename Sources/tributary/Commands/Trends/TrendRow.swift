// One row of `tributary trend`, and the text of all.

import Monitoring

/// Why a series has no result, or no slope.
enum TrendReason: Error, Equatable {
    case noValues
    case tooFew(Int)
    case tooMany
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
    case covariateMissing(String)
    case covariateExplains
    case notPositive
    case tooFewSamples(Int)
    case unlikeCadences

    var words: String {
        switch self {
        case .noValues: "no value is present"
        case .tooFew(let count): "\(count) values present; a trend takes at least 4"
        case .tooMany: "more than 1000000 values"
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
        case .covariateMissing(let name): "the covariate \(name) is not among the series"
        case .covariateExplains: "the covariate explains the series wholly, or 4 pairs are not complete"
        case .notPositive: "logarithms take values and discharges above 0"
        case .tooFewSamples(let count): "\(count) samples with a discharge; weighted regressions take at least 30"
        case .unlikeCadences: "the series have different cadences"
        }
    }
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
    /// Further members of the JSON object.
    var details: [String: CanonicalJSON] = [:]

    init(series: String, method: String) {
        self.series = series
        self.method = method
    }

    static let columns = ["series", "n", "s", "variance", "z", "p", "slope", "lower", "upper", "method"]
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

    /// Sums over all series; the slopes are added in their order.
    static func summary(of rows: [TrendRow]) -> String {
        let slopes = rows.compactMap(\.slope)
        return CanonicalJSON.object([
            "series": .integer(rows.count), "chk_slope": number(slopes.reduce(0, +)),
            "with_slope": .integer(slopes.count), "without_result": .integer(rows.count { $0.reason != nil }),
            "significant_5_percent": .integer(rows.count { ($0.p ?? 1) < 0.05 }),
        ]).text()
    }

    private func line(_ format: OutputFormat) -> String {
        switch format {
        case .csv:
            let numbers = [variance, z, p, slope, lower, upper].map { $0.map { "\($0)" } ?? "" }
            let fields = [csvField(series), "\(count)", s] + numbers + [csvField(methodText)]
            return fields.joined(separator: ",")
        case .json:
            var members: [String: CanonicalJSON] = [
                "series": .string(series), "n": .integer(count), "s": s.isEmpty ? .null : .number(s),
                "variance": Self.number(variance), "z": Self.number(z), "p": Self.number(p),
                "slope": Self.number(slope), "lower": Self.number(lower), "upper": Self.number(upper),
                "method": .string(method), "slope_per": .string(unit), "intercept": Self.number(intercept),
                "censored": .integer(censoredCount), "correction": Self.number(correction), "tau": Self.number(tau),
                "reason": .optional(reason?.words),
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
