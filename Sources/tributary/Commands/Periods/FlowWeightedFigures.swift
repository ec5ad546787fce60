// Flow-weighted means of sections with discharge, as records and sentences beside the plain ones.

import Assessment
import Exact
import Monitoring
import Standards

/// The flow-weighted mean of one item of one section, as measured: no exclusion applies to it.
struct FlowWeightedFigure {
    let section: String
    let parameter: ParameterID
    let mean: FlowWeightedMean
}

/// The items of the rule that a load may be formed of, where the section has discharge; empty where the rule asks for none.
func flowWeightedFigures(
    _ section: SectionValues, over period: CivilPeriod, rule: WaterAssessmentRule
) -> [FlowWeightedFigure] {
    guard let weighting = rule.flowWeighting, let flows = section.series[ParameterID("discharge")] else { return [] }
    return rule.water.profile.items.compactMap { item in
        guard let values = section.series[item], !["ph", "do"].contains(item.rawValue) else { return nil }
        return FlowWeightedFigure(
            section: section.id, parameter: item,
            mean: flowWeightedMean(values, of: item, flows: flows, over: period, rule: weighting))
    }
}

extension PeriodResult {
    func weightedRecords() -> [DumpRecord] {
        weighted.map { figure in
            [
                ("record", "flow-weighted"), ("section", figure.section), ("period", period.text),
                ("parameter", figure.parameter.rawValue), ("value", (try? figure.mean.value.get())?.description ?? ""),
                ("pairs", "\(figure.mean.pairs)/\(figure.mean.expected)"),
                ("without_flow", String(figure.mean.withoutFlow)), ("disputed", figure.mean.isDisputed ? "yes" : ""),
                ("reason", figure.mean.value.failureReason),
            ]
        }
    }

    func weightedSentences() -> String {
        weighted.map { figure in
            let name = ParameterCatalogue.standard[figure.parameter]?.name
            // For the eye: records have the exact value.
            let shown = (try? figure.mean.value.get())?.rounded(places: 4, .halfEven).decimalText(places: 4)
            let value = shown ?? figure.mean.value.failureReason
            let pairs = "\(figure.mean.pairs)/\(figure.mean.expected)"
            return
                "\(period.text) \(figure.section)：\(name?.chinese ?? figure.parameter.rawValue)流量加权均值 \(value)（\(pairs) 对）。\n"
                + "  \(name?.english ?? figure.parameter.rawValue), flow-weighted mean \(value) (\(pairs) pairs).\n"
        }.joined()
    }
}

extension Result where Failure == NotAssessable {
    /// Why there is no value; empty when there is one.
    fileprivate var failureReason: String {
        if case .failure(let reason) = self { return reason.description }
        return ""
    }
}
