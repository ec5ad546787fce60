// An alert as people and programs read it: every field already text, in both languages where it has a name.

internal import Detection
internal import Exact
package import Monitoring

/// One alert, ready to print.
package struct AlertLine: Hashable, Sendable {
    package let alert: Alert
    package let section: BilingualName
    package let station: BilingualName
    package let parameter: BilingualName
    /// Upstream first, `甲县 → 乙县`; with ≈ where the direction changes.
    package let relation: BilingualName
    /// The zone all times are printed in.
    package let offset: UTCOffset

    package init(_ alert: Alert, registry: Registry, parameters: ParameterCatalogue, offset: UTCOffset = .china) {
        let id = alert.finding.id
        func plain(_ text: String) -> BilingualName { BilingualName(chinese: text, english: text) }
        self.alert = alert
        self.offset = offset
        section = registry.sections[id.section]?.name ?? plain(id.section.rawValue)
        station = registry.stations[id.station]?.name ?? plain(id.station.rawValue)
        parameter =
            id.parameter.map { parameters[$0]?.name ?? plain($0.rawValue) }
            ?? BilingualName(chinese: "全站", english: "whole station")
        let names = alert.sides.map { registry.regions[$0.party.region]?.name ?? plain($0.party.region.rawValue) }
        let sign = alert.sides.contains { $0.party.role == .neighbour } ? " ≈ " : " → "
        relation = BilingualName(
            chinese: names.map(\.chinese).joined(separator: sign), english: names.map(\.english).joined(separator: sign)
        )
    }

    /// The readings over a limit, or near it.
    var threshold: ThresholdFinding? {
        switch alert.finding.detail {
        case .threshold(let finding): finding
        case .preWarning(let finding): finding.reached
        case .trend, .silence, .forecast, .change: nil
        }
    }

    var change: ChangeFinding? {
        if case .change(let finding) = alert.finding.detail { finding } else { nil }
    }

    /// The distance from the former level, below zero for a fall, four digits that count; empty for other kinds.
    package var changeSize: String {
        change.map { fixedText($0.size, places: changePlaces) } ?? ""
    }

    /// The former level with as many places.
    package var formerLevel: String { change.map { fixedText($0.baseline, places: changePlaces) } ?? "" }

    /// The chart's statistic and the threshold it went over, two decimals each.
    package var changeStatistic: String { change.map { fixedText($0.statistic, places: 2) } ?? "" }
    package var changeThreshold: String { change.map { fixedText($0.threshold, places: 2) } ?? "" }

    private var changePlaces: Int {
        let size = change?.size.magnitude ?? 0
        return size >= 1_000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : size >= 1 ? 3 : 4
    }

    private var forecast: ForecastFinding? {
        if case .forecast(let finding) = alert.finding.detail { finding } else { nil }
    }

    private var trend: TrendFinding? {
        if case .trend(let finding) = alert.finding.detail { finding } else { nil }
    }

    package var start: String { alert.finding.id.start.iso8601(at: offset) }
    /// Empty while the alert is open.
    package var end: String { alert.finding.end.map { $0.iso8601(at: offset) } ?? "" }

    /// The peak with the digits it was received with; `<` or `>` before a censored one; empty for other kinds.
    package var peak: String {
        guard let peak = threshold?.episode.peak else { return "" }
        return (peak.qualifier == .below ? "<" : peak.qualifier == .above ? ">" : "") + peak.value.description
    }

    /// The limit that holds, for a pre-warning too.
    package var limit: String {
        if case .preWarning(let finding) = alert.finding.detail { return finding.limit.text }
        return threshold?.episode.peak.limit.text ?? forecast?.limit.text ?? ""
    }
    package var unit: String { threshold?.unit ?? trend?.unit ?? forecast?.unit ?? change?.unit ?? "" }

    /// The share of the limit that a pre-warning or forecast is told from, as the section's target says.
    package var share: String {
        switch alert.finding.detail {
        case .preWarning(let finding): finding.share.description
        case .forecast(let finding): finding.share?.description ?? ""
        case .threshold, .trend, .silence, .change: ""
        }
    }

    /// The mean of the month so far with four decimals, half to even; empty for other kinds.
    package var monthMean: String { forecast.map { fourDecimals($0.outlook.mean) } ?? "" }

    /// What the mean of the month's remaining readings may be at the most (of oxygen: must be at least).
    package var remainingMean: String { forecast?.remainingMean.map { fourDecimals($0) } ?? "" }

    private func fourDecimals(_ value: Fraction) -> String {
        value.rounded(places: 4, .halfEven).decimalText(places: 4) ?? ""
    }

    /// The multiple with two decimals, half to even; empty for items that have none, and where nothing was exceeded.
    package var multiple: String {
        if case .preWarning = alert.finding.detail { return "" }
        return threshold?.multiple?.rounded(places: 2, .halfEven).decimalText(places: 2) ?? ""
    }

    /// What was reached: a class in Roman numerals, or an index.
    package var reached: String {
        threshold?.peakClass?.description ?? threshold?.peakIndex.map { "IAQI \($0)" } ?? ""
    }

    package var target: String {
        threshold?.targetClass?.description ?? threshold?.targetIndex.map { "IAQI \($0)" } ?? ""
    }

    /// Sen's slope a year with three decimals; empty for other kinds.
    package var slopePerYear: String { trend.map { fixedText($0.slopePerYear, places: 3) } ?? "" }

    /// p with four decimals, `<0.0001` below.
    package var probability: String {
        trend.map { $0.probability < 0.0001 ? "<0.0001" : fixedText($0.probability, places: 4) } ?? ""
    }

    /// `GB 3838-2002, 表1 / table 1`; a trend rests on no limit.
    package var basis: String { law.map { "\($0.standard), \($0.clause)" } ?? "" }

    var law: LegalBasis? { threshold?.basis ?? forecast?.basis }

    /// Always: no person has reviewed what a machine found.
    package static let review = BilingualName(chinese: "实时·未经审核", english: "real-time, unreviewed")

    package var mark: BilingualName? {
        switch alert.mark {
        case .measured: nil
        case .synthetic: BilingualName(chinese: "合成数据", english: "SYNTHETIC")
        case .drill: BilingualName(chinese: "演练", english: "DRILL")
        }
    }
}

/// `value` with `places` decimals, half to even; `nan`, `inf` where it is not finite.
private func fixedText(_ value: Double, places: Int) -> String {
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let scaled = (value * scale).rounded(.toNearestOrEven)
    guard scaled.magnitude < 9e15 else { return "\(value)" }
    let decimal = ExactDecimal(mantissa: Int64(scaled), exponent: Int8(-places))
    return decimal.description
}
