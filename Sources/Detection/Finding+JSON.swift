// A finding as the log keeps it, and back: times in UTC milliseconds, decimals and fractions as exact text.

internal import Exact
package import Monitoring

extension Finding {
    /// The whole finding as one object; `init(json:)` gives an equal one back.
    package var json: CanonicalJSON {
        let content: CanonicalJSON =
            switch detail {
            case .threshold(let finding): finding.json
            case .trend(let finding): finding.json
            case .preWarning(let finding): finding.json
            case .forecast(let finding): finding.json
            case .change(let finding): finding.json
            case .silence(let finding):
                .object([
                    "last_heard": .integer(finding.lastHeard.milliseconds),
                    "cadence": .integer(finding.cadence.milliseconds),
                ])
            }
        return .object([
            "kind": .string(id.kind.rawValue), "section": .string(id.section.rawValue),
            "station": .string(id.station.rawValue), "parameter": .optional(id.parameter?.rawValue),
            "start": .integer(id.start.milliseconds), "end": end.map { .integer($0.milliseconds) } ?? .null,
            "detail": content,
        ])
    }

    /// The finding that `json` was made of, or `nil` when it is not one.
    package init?(json: CanonicalJSON) {
        guard let kind = json["kind"]?.string.flatMap({ FindingID.Kind(rawValue: $0) }),
            let section = json["section"]?.string, let station = json["station"]?.string,
            let start = json.instant("start"), let content = json["detail"]
        else { return nil }
        let detail: Detail?
        switch kind {
        case .threshold:
            detail = ThresholdFinding(json: content, start: start, end: json.instant("end")).map { .threshold($0) }
        case .trend: detail = TrendFinding(json: content).map { .trend($0) }
        case .preWarning:
            detail = PreWarningFinding(json: content, start: start, end: json.instant("end")).map { .preWarning($0) }
        case .forecast: detail = ForecastFinding(json: content).map { .forecast($0) }
        case .change: detail = ChangeFinding(json: content).map { .change($0) }
        case .silence:
            guard let heard = content.instant("last_heard"), let cadence = content.instant("cadence") else {
                return nil
            }
            let milliseconds = Duration64(milliseconds: cadence.milliseconds)
            detail = .silence(SilenceFinding(lastHeard: heard, cadence: milliseconds))
        }
        guard let detail else { return nil }
        self.init(
            id: FindingID(
                kind: kind, section: SectionID(section), station: StationID(station),
                parameter: json["parameter"]?.string.map { ParameterID($0) }, start: start),
            end: json.instant("end"), detail: detail)
    }
}

extension ThresholdFinding {
    var json: CanonicalJSON {
        let peak = episode.peak
        return .object([
            "last_over": .integer(episode.lastOver.milliseconds), "over": .integer(episode.overCount),
            "missing": .integer(episode.missingCount), "excluded": .integer(episode.excludedCount),
            "peak_start": .integer(peak.start.milliseconds), "peak": .string(peak.value.description),
            "qualifier": .integer(peak.qualifier.rawValue), "judged": .string(peak.judged.description),
            "limit": peak.limit.json, "excess": .string(peak.excess.description),
            "multiple": .optional(multiple?.description), "class": .optionalInteger(peakClass?.rank),
            "target_class": .optionalInteger(targetClass?.rank), "index": .optionalInteger(peakIndex),
            "target_index": .optionalInteger(targetIndex), "unit": .string(unit), "standard": .string(basis.standard),
            "edition": .string(basis.edition), "clause": .string(basis.clause),
        ])
    }

    init?(json: CanonicalJSON, start: Instant, end: Instant?) {
        guard let lastOver = json.instant("last_over"), let over = json.integer("over"),
            let missing = json.integer("missing"), let excluded = json.integer("excluded"),
            let peak = ThresholdEpisode.Peak(json: json), let unit = json["unit"]?.string,
            let standard = json["standard"]?.string, let edition = json["edition"]?.string,
            let clause = json["clause"]?.string
        else { return nil }
        episode = ThresholdEpisode(
            start: start, end: end, lastOver: lastOver, peak: peak, overCount: over, missingCount: missing,
            excludedCount: excluded)
        multiple = json["multiple"]?.string.flatMap { Fraction($0) }
        peakClass = json.waterClass("class")
        targetClass = json.waterClass("target_class")
        peakIndex = json.integer("index")
        targetIndex = json.integer("target_index")
        self.unit = unit
        basis = LegalBasis(standard: standard, edition: edition, clause: clause)
    }
}

extension ThresholdEpisode.Peak {
    fileprivate init?(json: CanonicalJSON) {
        guard let start = json.instant("peak_start"), let value = json["peak"]?.string.flatMap({ ExactDecimal($0) }),
            let qualifier = json.integer("qualifier").flatMap({ UInt8(exactly: $0) }).flatMap({
                Qualifier(rawValue: $0)
            }),
            let judged = json["judged"]?.string.flatMap({ ExactDecimal($0) }),
            let limit = json["limit"]?.array.flatMap({ TargetLimit(json: $0) }),
            let excess = json["excess"]?.string.flatMap({ Fraction($0) })
        else { return nil }
        self.init(start: start, value: value, qualifier: qualifier, judged: judged, limit: limit, excess: excess)
    }
}

extension TargetLimit {
    var json: CanonicalJSON {
        switch self {
        case .maximum(let value): .array([.string("max"), .string(value.description)])
        case .minimum(let value): .array([.string("min"), .string(value.description)])
        case .range(let low, let high):
            .array([.string("range"), .string(low.description), .string(high.description)])
        }
    }

    init?(json: [CanonicalJSON]) {
        let bounds = json.dropFirst().compactMap { $0.string.flatMap { ExactDecimal($0) } }
        switch (json.first?.string, bounds.count) {
        case ("max", 1): self = .maximum(bounds[0])
        case ("min", 1): self = .minimum(bounds[0])
        case ("range", 2): self = .range(bounds[0], bounds[1])
        default: return nil
        }
    }
}

extension TrendFinding {
    /// Binary numbers as their shortest text that reads back to the same bits.
    fileprivate var json: CanonicalJSON {
        .object([
            "direction": .string(direction.rawValue), "window_end": .integer(windowEnd.milliseconds),
            "days": .integer(dayCount), "p": .string(probability.description),
            "slope_per_year": .string(slopePerYear.description), "median": .string(median.description),
            "unit": .string(unit),
        ])
    }

    fileprivate init?(json: CanonicalJSON) {
        guard let direction = json["direction"]?.string.flatMap({ Direction(rawValue: $0) }),
            let windowEnd = json.instant("window_end"), let days = json.integer("days"),
            let probability = json["p"]?.string.flatMap({ Double($0) }),
            let slope = json["slope_per_year"]?.string.flatMap({ Double($0) }),
            let median = json["median"]?.string.flatMap({ Double($0) }), let unit = json["unit"]?.string
        else { return nil }
        self.init(
            direction: direction, windowEnd: windowEnd, dayCount: days, probability: probability, slopePerYear: slope,
            median: median, unit: unit)
    }
}

extension CanonicalJSON {
    fileprivate static func optionalInteger(_ value: Int?) -> CanonicalJSON { value.map { .integer($0) } ?? .null }

    func integer(_ key: String) -> Int? { self[key]?.number.flatMap { Int($0) } }

    func instant(_ key: String) -> Instant? {
        self[key]?.number.flatMap { Int64($0) }.map { Instant(milliseconds: $0) }
    }

    fileprivate func waterClass(_ key: String) -> WaterClass? {
        integer(key).flatMap { (1...6).contains($0) ? WaterClass(rank: $0) : nil }
    }
}
