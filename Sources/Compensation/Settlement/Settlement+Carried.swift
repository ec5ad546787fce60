// What a period takes over from the one before (结转): what the first one begins with, and the results an earlier run gives.

package import Exact
internal import Monitoring

extension Settlement {
    /// What the first period under the text begins with, where the text says so and the period before is not one of its
    /// own; a source that says otherwise makes it disputed.
    ///
    /// A replay of a draft begins with it where nothing earlier was replayed.
    func opened(
        _ result: InputResult, _ request: InputRequest, _ input: AgreementInput, isReplay: Bool
    ) -> InputResult {
        guard let opening = input.carried?.opening[request.key.members] else { return result }
        let span = agreement.validity
        let isFirst = !span.contains(request.period.from) || !span.contains(request.period.until.advanced(byDays: -1))
        switch result {
        case .missing where isFirst || isReplay:
            let evidence = InputEvidence(
                series: ["期初 opening, \(input.clause)"], interval: nil, count: nil, expectedCount: nil, digest: "")
            return .value(InputValue(value: opening, unit: input.unit, share: nil, evidence: evidence))
        case .value(let given) where isFirst && !isReplay:
            if given.value * given.unit.factor == opening * input.unit.factor { return result }
            return .disputed(
                "\(input.clause) begins with \(opening.shortText) \(input.unit.symbol), "
                    + "\(given.evidence.series.first ?? "the source") says \(given.value.shortText) \(given.unit.symbol)."
            )
        default: return result
        }
    }
}

extension SettlementRun {
    /// The value of a formula in its unit, `nil` where the run has no amounts or no such step.
    package func result(_ key: InputKey) -> (value: Fraction, unit: UnitOfMeasure)? {
        guard case .settled = outcome, let step = steps.first(where: { $0.name == key.description }),
            let unit = try? UnitOfMeasure(parsing: step.unit)
        else { return nil }
        return (step.exact, unit)
    }
}

/// Answers with the results of the run just before where a chain of periods is settled; everything else as its own source.
package struct ChainedSource: InputSource {
    let source: any InputSource
    /// The run of the period before in this chain, `nil` at its beginning.
    let previous: SettlementRun?
    /// Whether a value of the source's own stands before the chain's, as in a worked example that states it.
    let prefersSource: Bool

    package func value(for request: InputRequest) -> InputResult {
        guard let carried = request.carries, let previous else { return source.value(for: request) }
        if prefersSource, case .value(let given) = source.value(for: request) { return .value(given) }
        guard let found = previous.result(carried) else {
            return .notAssessable("\(previous.period) did not settle, so “\(carried)” is not known.")
        }
        let evidence = InputEvidence(
            series: ["上期 period before \(previous.period), \(previous.id)"], interval: nil, count: nil,
            expectedCount: nil, digest: "")
        return .value(InputValue(value: found.value, unit: found.unit, share: nil, evidence: evidence))
    }
}

extension Agreement {
    /// Whether a period needs the result of the one before.
    package var isChained: Bool { inputs.contains { $0.carried != nil } }
}
