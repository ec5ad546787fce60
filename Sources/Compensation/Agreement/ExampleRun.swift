// Runs a worked example through the same settlement as real data, and says in words where the two differ.

internal import Accounting
internal import Exact
internal import Monitoring

/// The runs of an example, one for each of its periods, by the same way as real data.
///
/// Where the agreement takes results over, the periods of an example follow each other, each with those of the one before;
/// elsewhere each is settled by itself.
package func runs(of example: WorkedExample, of agreement: Agreement, keepsNotes: Bool = true) -> [SettlementRun] {
    var found: [SettlementRun] = []
    for given in example.periods {
        let first = given.period ?? agreement.firstPeriod
        guard let period = agreement.isChained ? found.last.map(\.period.next) ?? first : first else { return found }
        let values = given.values.mapValues { (value: $0.value, unit: $0.unit) }
        let table = ExampleSource(
            table: TableInputSource(values, document: "example \(example.name)"), share: given.share)
        found.append(
            settle(
                agreement, period: period, kind: given.kind,
                inputs: ChainedSource(source: table, previous: found.last, prefersSource: true),
                program: "worked example", events: given.events, asOf: given.asOf, keepsNotes: keepsNotes))
    }
    return found
}

/// The differences between what `example` expects and what the agreement gives; empty when they agree.
package func run(_ example: WorkedExample, of agreement: Agreement, keepsNotes: Bool = true) -> [String] {
    let runs = runs(of: example, of: agreement, keepsNotes: keepsNotes)
    guard !runs.isEmpty else {
        return ["The agreement is not in force for one whole \(agreement.periodKind.rawValue)."]
    }
    var amounts: [ExampleRoute: Fraction] = [:]
    var net: [String: Fraction] = [:]
    var obstacles: [Obstacle] = []
    var faults: [String] = []
    for run in runs {
        switch run.outcome {
        case .notSettled(let found): obstacles += found
        case .settled(let settled):
            for line in settled.lines {
                let route = ExampleRoute(payer: line.payer, payee: line.payee, ledger: line.money.currency.code)
                amounts[route, default: .zero] += line.money.amount
                // A payment of nothing is a line nobody expects: the text would have said that nothing is owed.
                let isExpected =
                    example.lines.contains { $0.payer == line.payer && $0.payee == line.payee }
                    || !example.net.isEmpty && example.lines.isEmpty
                if line.money.isZero, line.isPayment, !isExpected {
                    faults.append("\(line.payer) → \(line.payee): a line of 0 \(route.ledger), expected none.")
                }
            }
            for position in settled.net where position.money.currency == agreement.currency {
                net[position.party, default: .zero] += position.money.amount
            }
        }
    }
    let steps =
        differences(example, steps: runs.last?.steps ?? []) + differences(example, runs.last?.exemptions ?? [])
        + differences(example, runs.last?.verdicts ?? [])
    if let refusal = example.refusal { return differences(refusal: refusal, obstacles) + steps }
    if !obstacles.isEmpty { return ["it does not settle: " + obstacles.map(\.description).joined(separator: " ")] }
    return differences(example, amounts, net, agreement.currency) + faults + steps
}

/// The figures of an example, those that are measured with the share the example gives them.
private struct ExampleSource: InputSource {
    let table: TableInputSource
    let share: Fraction?

    func value(for request: InputRequest) -> InputResult {
        let found = table.value(for: request)
        guard let share, request.measure.isMeasurement, case .value(let value) = found else { return found }
        return .value(
            InputValue(
                value: value.value, unit: value.unit, share: share, evidence: value.evidence,
                substitutions: value.substitutions))
    }
}

private struct ExampleRoute: Hashable {
    let payer: String
    let payee: String
    let ledger: String
}

private func differences(_ example: WorkedExample, _ found: [SettlementVerdict]) -> [String] {
    example.verdicts.sorted { $0.key < $1.key }.compactMap { name, wanted in
        guard let verdict = found.first(where: { $0.name == name })?.verdict else {
            return "there is no verdict “\(name)”."
        }
        return verdict == wanted ? nil : "verdict “\(name)” is \(verdict.rawValue), expected \(wanted.rawValue)."
    }
}

private func differences(_ example: WorkedExample, _ found: [SettlementExemption]) -> [String] {
    guard let wanted = example.exempt, Set(wanted) != Set(found.map(\.name)) else { return [] }
    let names = found.map(\.name).joined(separator: ", ")
    return ["exempt are \(names.isEmpty ? "none" : names), expected \(wanted.joined(separator: ", "))."]
}

private func differences(refusal: String, _ obstacles: [Obstacle]) -> [String] {
    if obstacles.isEmpty { return ["it settles, but must refuse with “\(refusal)”."] }
    if obstacles.contains(where: { $0.description.contains(refusal) }) { return [] }
    return ["it refuses for another reason: " + obstacles.map(\.description).joined(separator: " ")]
}

private func differences(
    _ example: WorkedExample, _ amounts: [ExampleRoute: Fraction], _ net: [String: Fraction], _ currency: Currency
) -> [String] {
    var faults: [String] = []
    if example.net.isEmpty && example.bounds.isEmpty || !example.lines.isEmpty {
        var expected: [ExampleRoute: Fraction] = [:]
        for line in example.lines {
            let route = ExampleRoute(payer: line.payer, payee: line.payee, ledger: line.ledger)
            expected[route, default: .zero] += line.amount
        }
        let routes = Set(expected.keys).union(amounts.keys).sorted { ($0.payer, $0.payee) < ($1.payer, $1.payee) }
        for route in routes {
            let (wanted, got) = (expected[route] ?? .zero, amounts[route] ?? .zero)
            if wanted != got {
                faults.append(
                    "\(route.payer) → \(route.payee): \(got.shortText) \(route.ledger), "
                        + "expected \(wanted.shortText) \(route.ledger)."
                )
            }
        }
    }
    for (party, wanted) in example.net.sorted(by: { $0.key < $1.key }) where net[party] ?? .zero != wanted {
        let got = net[party] ?? .zero
        faults.append("net of \(party): \(got.shortText) \(currency), expected \(wanted.shortText) \(currency).")
    }
    return faults
}

private func differences(_ example: WorkedExample, steps: [DerivationStep]) -> [String] {
    var known: [String: DerivationStep] = [:]
    for step in steps where known[step.name] == nil { known[step.name] = step }
    let exact: [String] = example.steps.sorted { $0.key < $1.key }.compactMap { name, wanted in
        guard let step = known[spaced(name)] else { return "there is no step “\(name)”." }
        return step.exact == wanted
            ? nil : "\(name) is \(step.exact.shortText) \(step.unit), expected \(wanted.shortText) \(step.unit)."
    }
    return exact
        + example.bounds.sorted { $0.key < $1.key }.compactMap { name, bound in
            guard let step = known[spaced(name)] else { return "there is no step “\(name)”." }
            return bound.low <= step.exact && step.exact <= bound.high
                ? nil
                : "\(name) is \(step.exact.shortText) \(step.unit), expected between \(bound.low.shortText) "
                    + "and \(bound.high.shortText) \(step.unit)."
        }
}

/// `x[s1,tn]` as steps are named: `x[s1, tn]`.
private func spaced(_ name: String) -> String {
    name.split(separator: ",").map { $0.drop { $0 == " " } }.joined(separator: ", ")
}

extension Agreement {
    /// The first whole civil period of its kind in which the agreement is in force.
    package var firstPeriod: SettlementPeriod? {
        guard let from = validity.from else { return nil }
        guard let months = periodKind.monthCount else {
            return validity.until.flatMap { SettlementPeriod(from: from, until: $0) }
        }
        var index = from.year * 12 + from.month - 1
        if from.day > 1 { index += 1 }
        index = (index + months - 1) / months * months
        func firstDay(_ index: Int) -> CivilDate? { CivilDate(year: index / 12, month: index % 12 + 1, day: 1) }
        guard let start = firstDay(index), let end = firstDay(index + months),
            validity.until.map({ end <= $0 }) ?? true
        else { return nil }
        return SettlementPeriod(from: start, until: end)
    }
}
