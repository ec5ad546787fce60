// The worked examples of an agreement file: the inputs and results its signatories computed by hand.

internal import Accounting
internal import Exact
internal import Monitoring
internal import Standards

extension AgreementReader {
    mutating func readExamples(_ node: PositionedNode) -> [WorkedExample] {
        var seen: Set<String> = []
        return reading.items("examples", of: node, "the agreement", required: false).compactMap { item in
            guard reading.isMapping(item, "An example", allowed: ["name", "source", "inputs", "periods", "expect"])
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
            return expectation(item, what).map {
                WorkedExample(
                    name: name, source: source, periods: periods, lines: $0.lines, net: $0.net, steps: $0.steps,
                    refusal: $0.refusal, line: item.line, column: item.column)
            }
        }
    }

    private mutating func readPeriods(_ node: PositionedNode, _ what: String) -> [WorkedExample.Period] {
        let places =
            node["periods"] == nil
            ? [reading.required("inputs", of: node, what)].compactMap(\.self)
            : reading.items("periods", of: node, what, required: true)
        return places.map { place in
            var values: [InputKey: WorkedExample.ExampleValue] = [:]
            guard reading.isMapping(place, "inputs of \(what)", allowed: inputs.map(\.name)) else {
                return WorkedExample.Period(values: [:])
            }
            for entry in place.entries ?? [] {
                guard let input = inputs.first(where: { $0.name == entry.key }) else { continue }
                let members = input.isIndexed ? entry.value.entries ?? [] : [entry]
                if input.isIndexed,
                    !reading.isMapping(entry.value, "“\(input.name)”", allowed: scope.sets["indicators"] ?? [])
                {
                    continue
                }
                for member in members {
                    let key = InputKey(name: input.name, indicator: input.isIndexed ? member.key : nil)
                    guard let (value, unit) = reading.quantity(member.value, in: input.unit, "“\(key)”") else {
                        continue
                    }
                    values[key] = WorkedExample.ExampleValue(value: value, unit: unit)
                }
            }
            return WorkedExample.Period(values: values)
        }
    }

    private struct Expectation {
        var lines: [WorkedExample.Line] = []
        var net: [String: Fraction] = [:]
        var steps: [String: Fraction] = [:]
        var refusal: String?
    }

    private mutating func expectation(_ node: PositionedNode, _ what: String) -> Expectation? {
        let allowed = ["lines", "nothing", "net", "steps", "refuses"]
        guard let found = reading.required("expect", of: node, what),
            reading.isMapping(found, "expect", allowed: allowed)
        else { return nil }
        var expectation = Expectation()
        expectation.refusal = reading.optionalText("refuses", of: found, what)
        for item in reading.items("lines", of: found, what, required: false) {
            guard reading.isMapping(item, "An expected line", allowed: ["payer", "payee", "amount"]) else { continue }
            let payer = reading.text("payer", of: item, what)
            let payee = reading.text("payee", of: item, what)
            guard let payer, let payee, let amount = money("amount", of: item, what) else { continue }
            checkParty(payer, at: item["payer"] ?? item)
            checkParty(payee, at: item["payee"] ?? item)
            expectation.lines.append(WorkedExample.Line(payer: payer, payee: payee, amount: amount))
        }
        for entry in found["net"]?.entries ?? [] {
            checkParty(entry.key, at: entry.value)
            guard let (value, unit) = reading.quantity(entry.value, in: .money(currency.code), what) else { continue }
            expectation.net[entry.key] = value * unit.factor
        }
        for entry in found["steps"]?.entries ?? [] {
            guard let symbol = scope.symbols[entry.key], !symbol.isIndexed else {
                reading.report(
                    "agreement.example.step", at: entry.value, "There is no single step “\(entry.key)”.",
                    "Name a formula that has one value.")
                continue
            }
            guard let (value, unit) = reading.quantity(entry.value, in: symbol.unit, what) else { continue }
            expectation.steps[entry.key] = value * unit.factor / symbol.unit.factor
        }
        let owesNothing = found["nothing"].map { _ in reading.truth("nothing", of: found, what) == true } ?? false
        let isEmpty = expectation.lines.isEmpty && expectation.net.isEmpty && expectation.refusal == nil
        if isEmpty != owesNothing {
            reading.report(
                "agreement.example.expect", at: found, "\(what) does not say plainly what comes out.",
                "Write lines: with amounts, nothing: true when nothing is owed, or refuses: with words of the reason.")
        }
        return expectation
    }

    private mutating func money(_ key: String, of node: PositionedNode, _ what: String) -> Fraction? {
        guard let place = reading.required(key, of: node, what),
            let (value, unit) = reading.quantity(place, in: .money(currency.code), "the amount of \(what)")
        else { return nil }
        return value * unit.factor
    }
}
