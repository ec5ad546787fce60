// Agreement and figures in, run out: the one way from terms to money. Pure; the same inputs give the same run.

internal import Accounting
internal import Exact
internal import Monitoring

/// Settles one period of one agreement.
///
/// - Parameter program: the version of the program, recorded in the run.
/// - Parameter isExampleBoundary: whether the boundary is registered as an example; its statements say so.
/// - Returns: a run whose outcome holds either balanced amounts or every reason why there are none.
package func settle(
    _ agreement: Agreement, period: SettlementPeriod, kind: RunKind, inputs source: any InputSource, program: String,
    isExampleBoundary: Bool = false
) -> SettlementRun {
    var settlement = Settlement(agreement: agreement, period: period)
    settlement.checkTerms()
    settlement.gather(from: source)
    settlement.evaluateFormulas()
    settlement.decideVerdicts()
    let settled = settlement.amounts()
    let id = runID(agreement, period, kind, settlement.inputs, program)
    let outcome = settlement.outcome(settled, runID: id)
    return SettlementRun(
        id: id, agreement: agreement.id, agreementDigest: agreement.digest, title: agreement.title,
        document: agreement.document, isExample: agreement.isExample || isExampleBoundary, period: period,
        offset: agreement.offset,
        kind: kind, program: program, parties: agreement.parties, sections: agreement.sections,
        indicators: agreement.indicators, statistics: agreement.statistics, missingData: agreement.missingData,
        inputs: settlement.inputs,
        verdicts: settlement.verdicts, steps: settlement.steps,
        substitutions: settlement.inputs.flatMap { $0.value?.substitutions ?? [] }, outcome: outcome)
}

/// The id of a run, from everything that determines its result.
private func runID(
    _ agreement: Agreement, _ period: SettlementPeriod, _ kind: RunKind, _ inputs: [SettlementInput], _ program: String
) -> String {
    var text = "\(agreement.id)\n\(agreement.digest)\n\(period)\n\(kind)\n\(program)\n"
    for input in inputs {
        switch input.result {
        case .value(let given):
            let evidence = given.evidence
            text += "\(input.request.key)=\(given.value) \(given.unit) \(evidence.digest) "
            text += "\(evidence.series.joined(separator: ",")) \(evidence.count ?? -1)\n"
            for stand in given.substitutions {
                text += "substitution \(stand.series) \(stand.interval.start.milliseconds) "
                text += "\(stand.interval.end.milliseconds) \(stand.method) \(stand.reason)\n"
            }
        case .missing(let why): text += "\(input.request.key) missing \(why)\n"
        case .notAssessable(let why): text += "\(input.request.key) not assessable \(why)\n"
        case .disputed(let why): text += "\(input.request.key) disputed \(why)\n"
        }
    }
    return "run-" + sha256Hexadecimal(text).prefix(16)
}

/// The state of one computation: obstacles are collected, not the first one thrown.
struct Settlement {
    let agreement: Agreement
    let period: SettlementPeriod
    var inputs: [SettlementInput] = []
    var steps: [DerivationStep] = []
    var verdicts: [SettlementVerdict] = []
    var obstacles: [Obstacle] = []
    var values = EvaluationValues()

    init(agreement: Agreement, period: SettlementPeriod) {
        self.agreement = agreement
        self.period = period
        let constants = agreement.constants + agreement.baselines.map(\.constant)
        for constant in constants {
            for (key, value) in constant.values {
                bind(constant.name, key.isEmpty ? nil : key, value * constant.unit.factor)
            }
        }
    }

    mutating func bind(_ name: String, _ indicator: String?, _ value: Fraction) {
        if let indicator {
            values.indexed[name, default: [:]][indicator] = value
        } else {
            values.single[name] = value
        }
    }

    /// Whether the agreement may settle this period at all, before any figure is asked for.
    mutating func checkTerms() {
        for blank in agreement.blanks where agreement.isMeasured || !blank.concernsMeasuring {
            obstacles.append(
                Obstacle(
                    .blankParameter, item: blank.name, why: "The agreement leaves this value blank.",
                    needed: "\(blank.clause) of \(blank.document) must supply it (line \(blank.line) of the file)."))
        }
        let span = agreement.validity
        if !span.contains(period.from) || !span.contains(period.until.advanced(byDays: -1)) {
            let from = span.from.map(\.description) ?? "…"
            let until = span.until.map(\.description) ?? "…"
            obstacles.append(
                Obstacle(
                    .outsideValidity, item: "period",
                    why: "The agreement is in force \(from)/\(until), not all of \(period).",
                    needed: "Settle the period with the agreement that was in force then."))
        }
        if period.kind != agreement.periodKind {
            obstacles.append(
                Obstacle(
                    .wrongPeriod, item: "period", why: "\(period) is not a \(agreement.periodKind.rawValue).",
                    needed: "This agreement settles by the \(agreement.periodKind.rawValue)."))
        }
    }

    /// Asks `source` for every figure the agreement names.
    mutating func gather(from source: any InputSource) {
        for input in agreement.inputs {
            let indicators: [ParameterID?] =
                input.isIndexed ? agreement.indicators.map { $0.parameter } : [ParameterID?.none]
            for indicator in indicators {
                guard let request = request(input, indicator) else { continue }
                let result = source.value(for: request)
                inputs.append(SettlementInput(request: request, result: result))
                if let value = accept(result, for: request) {
                    bind(input.name, indicator?.rawValue, value.value * value.unit.factor)
                }
            }
        }
    }

    private mutating func request(_ input: AgreementInput, _ indicator: ParameterID?) -> InputRequest? {
        let section = input.section.flatMap(agreement.section)
        var asked = period
        if input.measure == .previousPeriodMean {
            guard let previous = period.previous else {
                obstacles.append(
                    Obstacle(
                        .wrongPeriod, item: input.name, section: section?.id ?? "",
                        why: "\(period) has no period before it.",
                        needed: "Settle a civil year, quarter or month."))
                return nil
            }
            asked = previous
        }
        return InputRequest(
            key: InputKey(name: input.name, indicator: indicator?.rawValue), measure: input.measure,
            section: section?.registered, sectionName: section?.name, sectionKey: section?.id, party: input.party,
            parameter: indicator, indicators: agreement.indicators.map(\.parameter), period: asked,
            offset: agreement.offset, unit: input.unit, evidence: agreement.evidence,
            minimumShare: agreement.missingData.minimumShare, statistics: agreement.statistics, clause: input.clause)
    }

    /// The value when it may enter the computation; otherwise an obstacle is noted.
    private mutating func accept(_ result: InputResult, for request: InputRequest) -> InputValue? {
        func obstacle(_ kind: Obstacle.Kind, _ why: String, _ needed: String) -> Obstacle {
            Obstacle(
                kind, item: request.key.description, section: request.sectionKey ?? "", why: why, needed: needed)
        }
        switch result {
        case .missing(let why):
            obstacles.append(obstacle(.missingInput, why, "Supply \(asked(of: request)) with its document."))
        case .notAssessable(let why):
            obstacles.append(obstacle(.notAssessable, why, "Supply \(asked(of: request)) that can be assessed."))
        case .disputed(let why):
            obstacles.append(
                obstacle(.disputedInput, why, "The parties decide which version counts, then the run is made again."))
        case .value(let given):
            if !given.unit.isCommensurable(with: request.unit) {
                let why = "The value is in \(given.unit.shown), the agreement asks for \(request.unit.shown)."
                obstacles.append(obstacle(.wrongUnit, why, "Supply it in \(request.unit.symbol)."))
            } else if request.measure == .sectionClass, !isClass(given) {
                let why = "\(given.value.shortText) is not a class."
                obstacles.append(obstacle(.wrongValue, why, "Supply a whole number from 1 (Ⅰ) to 6 (worse than Ⅴ)."))
            } else if let share = given.share, let problem = incompleteness(share, request) {
                obstacles.append(problem)
            } else {
                return given
            }
        }
        return nil
    }

    private func isClass(_ given: InputValue) -> Bool {
        given.value.integer.map { (1...6).contains($0) } ?? false
    }

    /// The obstacle when less than the agreed share of the period is measured, or no share is agreed.
    private func incompleteness(_ share: Fraction, _ request: InputRequest) -> Obstacle? {
        let rule = agreement.missingData
        let section = request.sectionKey ?? ""
        guard let minimum = rule.minimumShare else {
            // In a measured agreement the blank has stopped the run already, once for all figures.
            if agreement.isMeasured { return nil }
            return Obstacle(
                .blankParameter, item: "missing-data.minimum-share", section: section,
                why: "The agreement does not say how much of a period must be measured.",
                needed: "\(rule.clause) of \(agreement.document.title) must supply it.")
        }
        guard share < minimum else { return nil }
        return Obstacle(
            .incompleteData, item: request.key.description, section: section,
            why: "\(percent(share)) of the expected values are valid; \(rule.clause) asks for \(percent(minimum)).",
            needed: "Supply the missing values, or a substitution the parties agree on.")
    }

    private func percent(_ share: Fraction) -> String {
        (share * Fraction(100)).rounded(places: 2, .down).shortText + " %"
    }

    private func asked(of request: InputRequest) -> String {
        let section = request.sectionName.map { " at \($0.english) (\($0.chinese))" } ?? ""
        let measure =
            switch request.measure {
            case .periodMean: "the mean of \(request.parameter?.rawValue ?? "")"
            case .previousPeriodMean: "the mean of \(request.parameter?.rawValue ?? "") of the period before"
            case .sectionClass: "the class"
            case .given: "“\(request.key)”"
            }
        return "\(measure)\(section) over \(request.period) in \(request.unit.symbol)"
    }
}
