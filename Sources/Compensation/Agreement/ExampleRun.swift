// Runs a worked example through the same settlement as real data, and says in words where the two differ.

internal import Accounting
internal import Exact
internal import Monitoring

/// The differences between what `example` expects and what the agreement gives; empty when they agree.
package func run(_ example: WorkedExample, of agreement: Agreement) -> [String] {
    guard let period = agreement.firstPeriod else {
        return ["The agreement is not in force for one whole \(agreement.periodKind.rawValue)."]
    }
    let runs = example.periods.map { given in
        let values = given.values.mapValues { (value: $0.value, unit: $0.unit) }
        return settle(
            agreement, period: period, kind: .special,
            inputs: TableInputSource(values, document: "example \(example.name)"), program: "worked example")
    }
    var amounts: [ExampleRoute: Fraction] = [:]
    var net: [String: Fraction] = [:]
    var obstacles: [Obstacle] = []
    for run in runs {
        switch run.outcome {
        case .notSettled(let found): obstacles += found
        case .settled(let settled):
            for line in settled.lines {
                amounts[ExampleRoute(payer: line.payer, payee: line.payee), default: .zero] += line.money.amount
            }
            for position in settled.net { net[position.party, default: .zero] += position.money.amount }
        }
    }
    if let refusal = example.refusal { return differences(refusal: refusal, obstacles) }
    if !obstacles.isEmpty { return ["it does not settle: " + obstacles.map(\.description).joined(separator: " ")] }
    return differences(example, amounts, net, agreement.currency) + differences(example, steps: runs.last?.steps ?? [])
}

private struct ExampleRoute: Hashable {
    let payer: String
    let payee: String
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
    if example.net.isEmpty || !example.lines.isEmpty {
        var expected: [ExampleRoute: Fraction] = [:]
        for line in example.lines {
            expected[ExampleRoute(payer: line.payer, payee: line.payee), default: .zero] += line.amount
        }
        let routes = Set(expected.keys).union(amounts.keys).sorted { ($0.payer, $0.payee) < ($1.payer, $1.payee) }
        for route in routes {
            let (wanted, got) = (expected[route] ?? .zero, amounts[route] ?? .zero)
            if wanted != got {
                faults.append(
                    "\(route.payer) → \(route.payee): \(got.shortText) \(currency), expected \(wanted.shortText) \(currency)."
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
    example.steps.sorted { $0.key < $1.key }.compactMap { name, wanted in
        guard let step = steps.first(where: { $0.name == name }) else { return "there is no step “\(name)”." }
        return step.exact == wanted
            ? nil : "\(name) is \(step.exact.shortText) \(step.unit), expected \(wanted.shortText) \(step.unit)."
    }
}

extension Agreement {
    /// The first whole civil period of its kind in which the agreement is in force.
    package var firstPeriod: SettlementPeriod? {
        guard let from = validity.from else { return nil }
        let months = periodKind == .year ? 12 : periodKind == .quarter ? 3 : 1
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
