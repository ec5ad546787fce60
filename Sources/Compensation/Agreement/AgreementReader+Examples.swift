// The worked examples of an agreement file: the inputs and results its signatories computed by hand.

internal import Accounting
internal import Exact
internal import Monitoring
internal import Standards

extension AgreementReader {
    mutating func readExamples(_ node: PositionedNode, asksMoney: Bool) -> [WorkedExample] {
        var seen: Set<String> = []
        return reading.items("examples", of: node, "the agreement", required: false).compactMap { item in
            guard
                reading.isMapping(
                    item, "An example",
                    allowed: [
                        "name", "source", "inputs", "periods", "period", "share", "run", "events", "as-of", "expect",
                    ])
            else {
                return nil
            }
            let name = reading.text("name", of: item, "an example") ?? ""
            let what = "example “\(name)”"
            if !seen.insert(name).inserted {
                reading.report(
                    "agreement.example.name", at: item["name"] ?? item, "\(what) stands twice.",
                    "Give each example a name of its own.")
            }
            let source = reading.text("source", of: item, what) ?? ""
            let periods = readPeriods(item, what)
            return expectation(item, what, asksMoney: asksMoney).map {
                WorkedExample(
                    name: name, source: source, periods: periods, lines: $0.lines, net: $0.net, steps: $0.steps,
                    bounds: $0.bounds, verdicts: $0.verdicts, exempt: $0.exempt, refusal: $0.refusal, line: item.line,
                    column: item.column)
            }
        }
    }

    private mutating func readPeriods(_ node: PositionedNode, _ what: String) -> [WorkedExample.Period] {
        let noInputs = inputs.isEmpty && node["periods"] == nil
        let places =
            noInputs
            ? [
                node["inputs"]
                    ?? PositionedNode(content: .mapping([]), line: node.line, column: node.column, isPlain: false)
            ]
            : node["periods"] == nil
                ? [reading.required("inputs", of: node, what)].compactMap(\.self)
                : reading.items("periods", of: node, what, required: true)
        let settled = settledPeriod(node, what)
        let (share, kind) = (exampleShare(node, what), exampleKind(node, what))
        let (events, asOf) = (
            exampleEvents(node, what), node["as-of"].flatMap { _ in reading.date("as-of", of: node, what) }
        )
        func period(_ values: [InputKey: WorkedExample.ExampleValue]) -> WorkedExample.Period {
            WorkedExample.Period(
                values: values, period: settled, share: share, kind: kind, events: events, asOf: asOf)
        }
        return places.map { place in
            var values: [InputKey: WorkedExample.ExampleValue] = [:]
            if place.isBlank { return period([:]) }
            guard reading.isMapping(place, "inputs of \(what)", allowed: inputs.map(\.name)) else {
                return period([:])
            }
            for entry in place.entries ?? [] {
                guard let input = inputs.first(where: { $0.name == entry.key }) else { continue }
                for (members, figure) in given(entry.value, "“\(input.name)”", input.sets[...]) {
                    let key = InputKey(name: input.name, members: members)
                    guard let (value, unit) = reading.quantity(figure, in: input.unit, "“\(key)”") else { continue }
                    values[key] = WorkedExample.ExampleValue(value: value, unit: unit)
                }
            }
            return period(values)
        }
    }

    /// The share of the expected values that what is measured has.
    private mutating func exampleShare(_ node: PositionedNode, _ what: String) -> Fraction? {
        guard let place = node["share"], let share = reading.number(place, "the share of \(what)") else { return nil }
        if share >= .zero, share <= .one { return share }
        reading.report(
            "agreement.share", at: place, "\(share.shortText) is no share of the expected values.", "Write 0 to 1.")
        return nil
    }

    private mutating func exampleKind(_ node: PositionedNode, _ what: String) -> RunKind {
        guard let text = reading.optionalText("run", of: node, what) else { return .special }
        if let kind = RunKind(text) { return kind }
        reading.report(
            "agreement.value", at: node["run"] ?? node, "“\(text)” is not a kind of run.",
            "Use provisional, initial, revised-1, final or special.")
        return .special
    }

    private mutating func settledPeriod(_ node: PositionedNode, _ what: String) -> SettlementPeriod? {
        guard let text = reading.optionalText("period", of: node, what) else { return nil }
        if let period = SettlementPeriod(parsing: text) { return period }
        reading.report(
            "agreement.date", at: node["period"] ?? node, "“\(text)” is not a period.",
            "Write 2025, 2025-H1, 2025-Q1, 2025-03 or two days with a slash.")
        return nil
    }

    /// The values under nested mappings; a member that is not there is an input the example leaves out.
    mutating func given(
        _ node: PositionedNode, _ label: String, _ sets: ArraySlice<String>
    ) -> [(members: [String], place: PositionedNode)] {
        guard let set = sets.first else { return [([], node)] }
        let members = scope.sets[set] ?? []
        guard reading.isMapping(node, label, allowed: members) else { return [] }
        return members.flatMap { member in
            node[member].map { place in
                given(place, "\(member) of \(label)", sets.dropFirst()).map { ([member] + $0.members, $0.place) }
            } ?? []
        }
    }

    private struct Expectation {
        var lines: [WorkedExample.Line] = []
        var net: [String: Fraction] = [:]
        var steps: [String: Fraction] = [:]
        var bounds: [String: WorkedExample.Bound] = [:]
        var verdicts: [String: AssessmentVerdict] = [:]
        var exempt: [String]?
        var refusal: String?
    }

    private mutating func expectation(_ node: PositionedNode, _ what: String, asksMoney: Bool) -> Expectation? {
        let allowed = ["lines", "nothing", "net", "steps", "bounds", "verdicts", "exempt", "refuses"]
        guard let found = reading.required("expect", of: node, what),
            reading.isMapping(found, "expect", allowed: allowed)
        else { return nil }
        var expectation = Expectation()
        expectation.refusal = reading.optionalText("refuses", of: found, what)
        for item in reading.items("lines", of: found, what, required: false) {
            guard reading.isMapping(item, "An expected line", allowed: ["payer", "payee", "amount", "ledger"]) else {
                continue
            }
            let payer = reading.text("payer", of: item, what)
            let payee = reading.text("payee", of: item, what)
            let ledger = expectedLedger(item, what)
            guard let payer, let payee, let amount = amount("amount", of: item, what, ledger) else { continue }
            checkParty(payer, at: item["payer"] ?? item)
            checkParty(payee, at: item["payee"] ?? item)
            expectation.lines.append(
                WorkedExample.Line(payer: payer, payee: payee, amount: amount, ledger: ledger.currency.code))
        }
        for entry in found["net"]?.entries ?? [] {
            checkParty(entry.key, at: entry.value)
            guard let (value, unit) = reading.quantity(entry.value, in: .money(currency.code), what) else { continue }
            expectation.net[entry.key] = value * unit.factor
        }
        for entry in found["steps"]?.entries ?? [] {
            guard let unit = stepUnit(entry),
                let (value, written) = reading.quantity(entry.value, in: unit, what)
            else { continue }
            expectation.steps[entry.key] = value * written.factor / unit.factor
        }
        for entry in found["bounds"]?.entries ?? [] {
            guard let unit = stepUnit(entry) else { continue }
            let ends = (entry.value.items ?? []).compactMap { reading.quantity($0, in: unit, what) }
                .map { $0.value * $0.unit.factor / unit.factor }
            guard ends.count == 2, ends[0] <= ends[1] else {
                reading.report(
                    "agreement.example.bounds", at: entry.value, "The bounds of “\(entry.key)” are two values.",
                    "Write \(entry.key): [low, high].")
                continue
            }
            expectation.bounds[entry.key] = WorkedExample.Bound(low: ends[0], high: ends[1])
        }
        for entry in found["verdicts"]?.entries ?? [] {
            let verdict: AssessmentVerdict? = reading.choice(
                entry.value.text ?? "", at: entry.value, "verdict “\(entry.key)”")
            expectation.verdicts[entry.key] = verdict
        }
        if found["exempt"] != nil {
            expectation.exempt = reading.items("exempt", of: found, what, required: false).compactMap(\.text)
        }
        let owesNothing = found["nothing"].map { _ in reading.truth("nothing", of: found, what) == true } ?? false
        let saysFigures = !expectation.steps.isEmpty && !asksMoney || !expectation.bounds.isEmpty
        let isEmpty = expectation.lines.isEmpty && expectation.net.isEmpty && expectation.refusal == nil
        if isEmpty && !saysFigures && !owesNothing || !isEmpty && owesNothing {
            reading.report(
                "agreement.example.expect", at: found, "\(what) does not say plainly what comes out.",
                "Write lines: with amounts, nothing: true when nothing is owed, or refuses: with words of the reason.")
        }
        return expectation
    }

    /// The unit of a step by its name, with its members where it has them: `ratio[codmn]`.
    private mutating func stepUnit(_ entry: PositionedEntry) -> UnitOfMeasure? {
        let bare = String(entry.key.prefix { $0 != "[" })
        let isIndexed = bare != entry.key
        if let symbol = scope.symbols[bare], symbol.isIndexed == isIndexed { return symbol.unit }
        reading.report(
            "agreement.example.step", at: entry.value,
            "There is no single step “\(entry.key)”.",
            "Name a formula, with its member where it has one for each: \"ratio[codmn]\".")
        return nil
    }

    /// The ledger a line names, or the only one its unit belongs to.
    private mutating func expectedLedger(_ node: PositionedNode, _ what: String) -> Ledger {
        if node["ledger"] == nil, let unit = node["amount"]?.text.flatMap(Quantity.init(parsing:))?.unit {
            let known = ledgers.filter { $0.unit.isCommensurable(with: unit) }
            if known.count == 1 { return known[0] }
        }
        return readLedger(node, what)
    }

    /// In units of the ledger.
    private mutating func amount(
        _ key: String, of node: PositionedNode, _ what: String, _ ledger: Ledger
    ) -> Fraction? {
        guard let place = reading.required(key, of: node, what),
            let (value, unit) = reading.quantity(place, in: ledger.unit, "the amount of \(what)")
        else { return nil }
        return value * unit.factor / ledger.unit.factor
    }
}
