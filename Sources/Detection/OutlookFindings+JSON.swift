// Pre-warnings and forecasts as the log keeps them, and back.

internal import Exact
internal import Monitoring

extension PreWarningFinding {
    var json: CanonicalJSON {
        .object(["reached": reached.json, "limit": limit.json, "share": .string(share.description)])
    }

    init?(json: CanonicalJSON, start: Instant, end: Instant?) {
        guard let reached = json["reached"].flatMap({ ThresholdFinding(json: $0, start: start, end: end) }),
            let limit = json["limit"]?.array.flatMap({ TargetLimit(json: $0) }),
            let share = json["share"]?.string.flatMap({ ExactDecimal($0) })
        else { return nil }
        self.init(reached: reached, limit: limit, share: share)
    }
}

extension ForecastFinding {
    var json: CanonicalJSON {
        .object([
            "month_start": .integer(month.start.milliseconds), "month_end": .integer(month.end.milliseconds),
            "evaluated_at": .integer(evaluatedAt.milliseconds), "readings": .integer(outlook.count),
            "mean": .string(outlook.mean.description), "remaining": .integer(outlook.remaining),
            "limit": limit.json, "share": .optional(share?.description), "unit": .string(unit),
            "standard": .string(basis.standard), "edition": .string(basis.edition), "clause": .string(basis.clause),
        ])
    }

    init?(json: CanonicalJSON) {
        guard let start = json.instant("month_start"), let end = json.instant("month_end"), start <= end,
            let evaluatedAt = json.instant("evaluated_at"), let count = json.integer("readings"),
            let mean = json["mean"]?.string.flatMap({ Fraction($0) }), let remaining = json.integer("remaining"),
            remaining > 0, let limit = json["limit"]?.array.flatMap({ TargetLimit(json: $0) }),
            let unit = json["unit"]?.string, let standard = json["standard"]?.string,
            let edition = json["edition"]?.string, let clause = json["clause"]?.string
        else { return nil }
        self.init(
            month: Interval(start: start, end: end), evaluatedAt: evaluatedAt,
            outlook: MonthOutlook(count: count, mean: mean, remaining: remaining), limit: limit,
            share: json["share"]?.string.flatMap { ExactDecimal($0) }, unit: unit,
            basis: LegalBasis(standard: standard, edition: edition, clause: clause))
    }
}
