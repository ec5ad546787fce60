// Agreement and figures in, run out: the one way from terms to money. Pure; the same inputs give the same run.

internal import Accounting
internal import Assessment
internal import Exact
package import Monitoring

/// Settles one period of one agreement.
///
/// - Parameter program: the version of the program, recorded in the run.
/// - Parameter keepsNotes: whether steps, comparisons and operands are kept; a replay of many years needs amounts only.
/// - Parameter isReplay: whether the text is tried on a period outside its validity, as a draft is; never issued.
/// - Parameter isTrial: whether the figures are varied ones, whose amounts need no rounding clause; never issued.
/// - Parameter events: what is recorded of the windows of this period; `asOf` the day they are judged by.
/// - Parameter isExampleBoundary: whether the boundary is registered as an example; its statements say so.
/// - Returns: a run whose outcome holds either balanced amounts or every reason why there are none.
package func settle(
    _ agreement: Agreement, period: SettlementPeriod, kind: RunKind, inputs source: any InputSource, program: String,
    events: [SettlementEvent] = [], asOf: CivilDate? = nil, isExampleBoundary: Bool = false, keepsNotes: Bool = true,
    isTrial: Bool = false, isReplay: Bool = false
) -> SettlementRun {
    var settlement = Settlement(
        agreement: agreement, period: period, kind: kind, keepsNotes: keepsNotes, isTrial: isTrial)
    settlement.deadlines = deadlines(of: agreement, period: period, events: events, asOf: asOf)
    for deadline in settlement.deadlines { settlement.values.windows[deadline.window.name] = deadline }
    settlement.checkTerms(isReplay: isReplay)
    settlement.gather(from: source, isReplay: isReplay)
    settlement.decideExemptions()
    settlement.evaluateFormulas()
    settlement.decideVerdicts()
    settlement.checkControls()
    let settled = settlement.amounts()
    let id =
        keepsNotes
        ? runID(agreement, period, kind, settlement.inputs, program, settlement.deadlines, asOf) : "run-unrecorded"
    let outcome = settlement.outcome(settled, runID: id)
    return SettlementRun(
        id: id, agreement: agreement.id, agreementDigest: agreement.digest, title: agreement.title,
        document: agreement.document, isExample: agreement.isExample || isExampleBoundary, period: period,
        offset: agreement.offset,
        kind: kind, program: program, parties: agreement.parties, sections: agreement.sections,
        indicators: agreement.indicators, statistics: agreement.statistics, missingData: agreement.missingData,
        inputs: settlement.inputs,
        exemptions: settlement.exemptions, baselines: agreement.baselines, deadlines: settlement.deadlines,
        asOf: asOf, verdicts: settlement.verdicts,
        steps: settlement.steps, conditions: settlement.conditions,
        substitutions: settlement.inputs.flatMap { $0.value?.substitutions ?? [] }, outcome: outcome)
}

/// The id of a run, from everything that determines its result.
private func runID(
    _ agreement: Agreement, _ period: SettlementPeriod, _ kind: RunKind, _ inputs: [SettlementInput],
    _ program: String, _ deadlines: [Deadline], _ asOf: CivilDate?
) -> String {
    var text = "\(agreement.id)\n\(agreement.digest)\n\(period)\n\(kind)\n\(program)\n"
    if let asOf { text += "as of \(asOf)\n" }
    for deadline in deadlines where !deadline.startDocument.isEmpty || deadline.isKept {
        text += "window \(deadline.window.name) \(deadline.startDocument) \(deadline.state)\n"
    }
    for input in inputs {
        switch input.result {
        case .value(let given):
            let evidence = given.evidence
            text += "\(input.request.key)=\(given.value) \(given.unit) \(evidence.digest) "
            text += "\(evidence.series.joined(separator: ",")) \(evidence.count ?? -1)\n"
            if let stated = given.statement { text += "stated \(stated.state.rawValue) \(stated.document)\n" }
            for stand in given.substitutions {
                text += "substitution \(stand.series) \(stand.interval.start.milliseconds) "
                text += "\(stand.interval.end.milliseconds) \(stand.method) \(stand.reason)\n"
            }
        case .missing(let why): text += "\(input.request.key) missing \(why)\n"
        case .notAssessable(let why): text += "\(input.request.key) not assessable \(why)\n"
        case .disputed(let why): text += "\(input.request.key) disputed \(why)\n"
        case .held(let why): text += "\(input.request.key) held \(why)\n"
        }
    }
    return "run-" + sha256Hexadecimal(text).prefix(16)
}

/// The state of one computation: obstacles are collected, not the first one thrown.
struct Settlement {
    let agreement: Agreement
    let period: SettlementPeriod
    let kind: RunKind
    let keepsNotes: Bool
    /// A trial at invented figures: an amount finer than the smallest unit is no reason to stop.
    let isTrial: Bool
    var deadlines: [Deadline] = []
    var inputs: [SettlementInput] = []
    var inputDigests: [InputKey: String] = [:]
    var steps: [DerivationStep] = []
    var conditions: [DecidedCondition] = []
    var verdicts: [SettlementVerdict] = []
    var exemptions: [SettlementExemption] = []
    var obstacles: [Obstacle] = []
    var values = EvaluationValues()
    /// The place of each name in the agreement.
    let places: [String: Int]

    init(agreement: Agreement, period: SettlementPeriod, kind: RunKind, keepsNotes: Bool, isTrial: Bool) {
        self.isTrial = isTrial
        self.agreement = agreement
        self.period = period
        self.kind = kind
        self.keepsNotes = keepsNotes
        places = keepsNotes ? agreement.definitionPlaces : [:]
        let constants = agreement.constants + agreement.baselines.map(\.constant)
        for constant in constants {
            for (members, value) in constant.values { values[constant.name, members] = value * constant.unit.factor }
            if let dated = constant.dated.last(where: { $0.from <= period.from }) {
                values[constant.name, []] = dated.value * constant.unit.factor
            }
        }
        values.days[""] = period.dayCount
        for (name, month) in zip(AgreementReader.months(of: period.kind), period.months) {
            values.days[name] = month.dayCount
        }
    }

    /// Whether the agreement may settle this period at all, before any figure is asked for.
    mutating func checkTerms(isReplay: Bool) {
        for blank in agreement.blanks where agreement.isMeasured || !blank.concernsMeasuring {
            obstacles.append(
                Obstacle(
                    .blankParameter, item: blank.name, why: "The agreement leaves this value blank.",
                    needed: "\(blank.clause) of \(blank.document) must supply it (line \(blank.line) of the file)."))
        }
        for constant in agreement.constants + agreement.baselines.map(\.constant) where !constant.dated.isEmpty {
            let start = constant.dated.last { $0.from <= period.from }
            let changes = constant.dated.first { $0.from > period.from && $0.from < period.until }
            guard start == nil || changes != nil else { continue }
            obstacles.append(
                Obstacle(
                    .outsideValidity, item: constant.name,
                    why: changes.map { "The value changes on \($0.from), within \(period)." }
                        ?? "No value is in force on \(period.from).",
                    needed: "\(constant.clause) of \(agreement.document.title) must say what holds for this period."))
        }
        let span = agreement.validity
        if !isReplay, !span.contains(period.from) || !span.contains(period.until.advanced(byDays: -1)) {
            let from = span.from.map(\.description) ?? "…"
            let until = span.until.map(\.description) ?? "…"
            obstacles.append(
                Obstacle(
                    .outsideValidity, item: "period",
                    why: "The agreement is in force \(from)/\(until), not all of \(period).",
                    needed: "Settle the period with the agreement that was in force then."))
        }
        if agreement.periodKind == .span {
            guard !isReplay, period != agreement.firstPeriod else { return }
            obstacles.append(
                Obstacle(
                    .wrongPeriod, item: "period", why: "\(period) is not the span of the agreement.",
                    needed: "This agreement settles once, over all of its validity."))
        } else if period.kind != agreement.periodKind {
            obstacles.append(
                Obstacle(
                    .wrongPeriod, item: "period", why: "\(period) is not a \(agreement.periodKind.rawValue).",
                    needed: "This agreement settles by the \(agreement.periodKind.rawValue)."))
        }
    }

    /// Asks `source` for every figure the agreement names.
    mutating func gather(from source: any InputSource, isReplay: Bool) {
        for input in agreement.inputs {
            for members in agreement.scope.combinations(of: input.sets) {
                guard let request = request(input, members) else { continue }
                let answer = opened(source.value(for: request), request, input, isReplay: isReplay)
                let result = presumed(answer, request)
                inputs.append(SettlementInput(request: request, result: result))
                if let value = accept(result, for: request) {
                    values[input.name, members] = value.value * value.unit.factor
                    inputDigests[request.key] = value.evidence.digest
                }
            }
        }
    }

    /// What is asked for one combination of members: those that are sections, parties, months or indicators say where,
    /// of whom, when and what.
    private mutating func request(_ input: AgreementInput, _ members: [String]) -> InputRequest? {
        var section = input.section.flatMap(agreement.section)
        var party = input.party
        var parameter = input.parameter
        var asked = period
        for (set, member) in zip(input.sets, members) {
            if let found = agreement.section(member), agreement.scope.isSubset(set, of: "sections") { section = found }
            if agreement.scope.isSubset(set, of: "parties") { party = member }
            if agreement.scope.isSubset(set, of: "indicators") { parameter = ParameterID(member) }
            if agreement.scope.isSubset(set, of: "months"), input.carried == nil,
                let place = agreement.scope.sets["months"]?.firstIndex(of: member),
                period.months.indices.contains(place)
            {
                asked = period.months[place]
            }
        }
        if input.measure == .previousPeriodMean || input.measure == .previousResult {
            guard let previous = asked.previous else {
                obstacles.append(
                    Obstacle(
                        .wrongPeriod, item: input.name, section: section?.id ?? "",
                        why: "\(period) has no period before it.",
                        needed: "Settle a civil year, half-year, quarter or month."))
                return nil
            }
            asked = previous
        }
        return InputRequest(
            key: InputKey(name: input.name, members: members), measure: input.measure,
            section: section?.registered, sectionName: section?.name, sectionKey: section?.id, party: party,
            parameter: parameter, indicators: agreement.indicators.map(\.parameter),
            carries: input.carried.map { InputKey(name: $0.result, members: members) }, period: asked,
            offset: agreement.offset, unit: input.unit, evidence: agreement.evidence,
            minimumShare: minimumShare, review: requiredReview, statistics: agreement.statistics,
            clause: input.clause)
    }

    /// The gates of this kind of run.
    private var gates: [CompletenessGate] {
        let name = if case .revised = kind { "revised" } else { "\(kind)" }
        return agreement.gates.filter { $0.run == name }
    }

    /// The larger of what the agreement always asks and what it asks of this kind of run.
    var minimumShare: Fraction? {
        guard let share = agreement.missingData.minimumShare else { return nil }
        return gates.compactMap(\.minimumShare).reduce(share) { max($0, $1) }
    }

    /// The further of the review states the agreement and the gates of this run ask for.
    var requiredReview: ReviewState? {
        let asked = gates.compactMap(\.review) + (agreement.review.map { [$0.state] } ?? [])
        return asked.reduce(nil) { known, state in
            guard let known, known.reaches(state) else { return state }
            return known
        }
    }

    /// A given figure that has not come: what a presumption of the agreement says, once its window has expired.
    private func presumed(_ result: InputResult, _ request: InputRequest) -> InputResult {
        guard case .missing(let why) = result, let presumption = agreement.presumption(of: request.key),
            let deadline = deadlines.first(where: { $0.window.name == presumption.window })
        else { return result }
        let value = "\(presumption.value.shortText) \(request.unit.symbol)"
        switch deadline.state {
        case .kept: return .missing(why)
        case .open, .undetermined:
            return .held(
                "\(presumption.clause) presumes \(value) once “\(presumption.window)” is over: \(deadline.text).")
        case .expired:
            guard let start = deadline.start, let end = deadline.end else { return result }
            let span = SettlementPeriod(from: start, until: end.advanced(byDays: 1))
            let stand = span.map { span in
                Substitution(
                    input: request.key, series: presumption.window, interval: span.interval(at: agreement.offset),
                    method: "推定 presumption", reason: "\(why) \(deadline.text)", agreedBy: [presumption.clause])
            }
            let evidence = InputEvidence(
                series: ["推定 presumption, \(presumption.clause)"], interval: nil, count: nil, expectedCount: nil,
                digest: "")
            return .value(
                InputValue(
                    value: presumption.value, unit: request.unit, share: nil, evidence: evidence,
                    substitutions: [stand].compactMap(\.self)))
        }
    }

    /// The value when it may enter the computation; otherwise an obstacle is noted.
    private mutating func accept(_ result: InputResult, for request: InputRequest) -> InputValue? {
        func obstacle(_ kind: Obstacle.Kind, _ why: String, _ needed: String) -> Obstacle {
            Obstacle(
                kind, item: request.key.description, section: request.sectionKey ?? "", why: why, needed: needed)
        }
        switch result {
        case .missing(let why):
            obstacles.append(obstacle(.missingInput, why, supply(request)))
        case .notAssessable(let why):
            obstacles.append(obstacle(.notAssessable, why, "Supply \(asked(of: request)) that can be assessed."))
        case .held(let why):
            obstacles.append(
                obstacle(.held, why, "Supply \(asked(of: request)), or settle when the time is over, with its events."))
        case .disputed(let why):
            obstacles.append(
                obstacle(.disputedInput, why, "The parties decide which version counts, then the run is made again."))
        case .value(let given):
            if !given.unit.isCommensurable(with: request.unit) {
                let why = "The value is in \(given.unit.shown), the agreement asks for \(request.unit.shown)."
                obstacles.append(obstacle(.wrongUnit, why, "Supply it in \(request.unit.symbol)."))
            } else if let (why, needed) = impossible(given, request) {
                obstacles.append(obstacle(.wrongValue, why, needed))
            } else if let problem = unreviewed(given, request) {
                obstacles.append(problem)
            } else if let share = given.share, let problem = incompleteness(share, request) {
                obstacles.append(problem)
            } else {
                return given
            }
        }
        return nil
    }

    /// Why a figure cannot be what it is said to be; a trial varies figures as if they had no steps.
    private func impossible(_ given: InputValue, _ request: InputRequest) -> (why: String, needed: String)? {
        guard let input = agreement.inputs.first(where: { $0.name == request.key.name }),
            !isTrial || request.measure == .sectionClass
        else { return nil }
        let value = given.value * given.unit.factor / input.unit.factor
        return input.range.objection(to: value, in: input.unit).map { ($0, input.range.remedy(in: input.unit)) }
    }

    /// The obstacle when a person typed a figure that the agreement takes from data under a review or a gate, and states
    /// nothing of it.
    private func unreviewed(_ given: InputValue, _ request: InputRequest) -> Obstacle? {
        guard given.isTyped, request.measure.isMeasurement else { return nil }
        let shares = gates.filter { $0.minimumShare != nil }
        guard request.review != nil || !shares.isEmpty else { return nil }
        if let stated = given.statement, request.review.map(stated.state.reaches) ?? true { return nil }
        var lacks: [String] = []
        if let asked = request.review {
            let clauses =
                [agreement.review?.clause].compactMap(\.self) + gates.filter { $0.review != nil }.map(\.clause)
            lacks.append("that it was reviewed to \(asked.rawValue) (\(clauses.joined(separator: ", ")))")
        }
        if let share = shares.compactMap(\.minimumShare).max() {
            lacks.append(
                "that \(percent(share)) of the period were measured (\(shares.map(\.clause).joined(separator: ", ")))")
        }
        let state = request.review ?? .raw
        return Obstacle(
            .notReviewed, item: request.key.description, section: request.sectionKey ?? "",
            why: "A table does not show " + lacks.joined(separator: " and ") + ".",
            needed:
                "Settle from the data folder, or state it as a person: --reviewed \(state.rawValue) --document TEXT.")
    }

    /// The obstacle when less than the agreed share of the period is measured, or no share is agreed.
    private func incompleteness(_ share: Fraction, _ request: InputRequest) -> Obstacle? {
        let rule = agreement.missingData
        let section = request.sectionKey ?? ""
        guard let minimum = minimumShare else {
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

    /// How a figure that has not come can come.
    private func supply(_ request: InputRequest) -> String {
        guard let carried = request.carries else { return "Supply \(asked(of: request)) with its document." }
        return
            "\(request.clause) of \(agreement.document.title) takes over “\(carried)” of \(request.period): settle that "
            + "period first, supply “\(request.key)” in a table, or let the text say with opening: what the first period "
            + "begins with."
    }

    private func asked(of request: InputRequest) -> String {
        let section = request.sectionName.map { " at \($0.english) (\($0.chinese))" } ?? ""
        let measure =
            switch request.measure {
            case .periodMean: "the mean of \(request.parameter?.rawValue ?? "")"
            case .previousPeriodMean: "the mean of \(request.parameter?.rawValue ?? "") of the period before"
            case .sectionClass: "the class"
            case .given: "“\(request.key)”"
            case .previousResult: "the result “\(request.carries?.description ?? "")”"
            }
        return "\(measure)\(section) over \(request.period) in \(request.unit.symbol)"
    }
}
