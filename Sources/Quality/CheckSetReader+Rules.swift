// The rules of a check set that look beyond one series: between parameters, between stations, of the instruments.

internal import Exact
internal import Monitoring
internal import Standards

extension CheckSetReader {
    private enum RuleKind: String, CaseIterable {
        case part
        case oxygenSaturation = "oxygen-saturation"
    }

    /// `{rule: part, parameter: nh3n, of: tn, error: {…}, other-error: {…}, source: …}`, or with
    /// `rule: oxygen-saturation`, `parameter: do, temperature: temp, share: …`.
    mutating func readRule(_ node: PositionedNode, _ file: String) -> CrossParameterRule? {
        var fields = StrictMapping(node, file: file, subject: "A rule between parameters")
        let rule = fields.choice("rule", RuleKind.self)
        let own = parameter("parameter", &fields)
        if let rule, let own { fields.subject = "The rule \(rule.rawValue) of \(own)" }
        let other = rule == .part ? parameter("of", &fields) : parameter("temperature", &fields)
        let error = readError("error", &fields)
        let otherError = readError("other-error", &fields)
        var inner = CheckFields(fields, source: nil)
        let share = rule == .oxygenSaturation ? inner.size("share") : nil
        let source = inner.source()
        problems += inner.fields.finish()
        guard let rule, let own, let other, let error, let otherError, let source else { return nil }
        switch rule {
        case .part:
            return CrossParameterRule(
                parameter: own, kind: .part(of: other), error: error, otherError: otherError, source: source)
        case .oxygenSaturation:
            guard let share else { return nil }
            return CrossParameterRule(
                parameter: own, kind: .oxygenSaturation(temperature: other, share: share), error: error,
                otherError: otherError, source: source)
        }
    }

    /// `{absolute: 0.05, relative: 0.1}`.
    private func readError(_ key: String, _ fields: inout StrictMapping) -> InstrumentError? {
        guard let node = fields.required(key) else { return nil }
        var inner = CheckFields(
            StrictMapping(node, file: fields.file, subject: "`\(key)` of \(fields.subject)"), source: nil)
        let absolute = inner.size("absolute")
        let relative = inner.size("relative")
        for problem in inner.fields.finish() { fields.adopt(problem) }
        guard let absolute, let relative else { return nil }
        return InstrumentError(absolute: absolute, relative: relative)
    }

    /// `{station: EX-DOWN-1, other: EX-UP-1, parameter: codmn, travel: 12h, window: 8h, absolute: …, relative: …}`.
    mutating func readNeighbours(_ node: PositionedNode, _ file: String) -> NeighbourRule? {
        var fields = StrictMapping(node, file: file, subject: "A rule between stations")
        let own = fields.required("station").flatMap { station($0, &fields) }
        let other = fields.required("other").flatMap { station($0, &fields) }
        let parameter = parameter("parameter", &fields)
        if let own, own == other {
            fields.report(
                "checks.neighbour.self", at: node, "The station \(own) is its own neighbour.", "Name another station.")
        }
        let travel = fields.duration("travel")
        var inner = CheckFields(fields, source: nil)
        let window = inner.length("window")
        let (absolute, relative) = (inner.size("absolute"), inner.size("relative"))
        let source = inner.source()
        problems += inner.fields.finish()
        guard let own, let other, own != other, let parameter, let travel, let window, let absolute, let relative,
            let source
        else { return nil }
        return NeighbourRule(
            station: own, other: other, parameter: parameter, travel: travel, window: window, absolute: absolute,
            relative: relative, source: source)
    }

    /// `{kind: zero, parameter: codmn, limit: 1.0, every: 48h, source: …}`; without `limit` each record says it.
    mutating func readInstrument(_ node: PositionedNode, _ file: String) -> InstrumentRule? {
        var fields = StrictMapping(node, file: file, subject: "An instrument's check")
        let kind = fields.choice("kind", InstrumentRecord.Kind.self)
        let parameter = parameter("parameter", &fields)
        if let kind, let parameter { fields.subject = "The \(kind.rawValue) check of \(parameter)" }
        let every = fields.optionalDuration("every")
        var inner = CheckFields(fields, source: nil)
        let limit = inner.decimal("limit")
        let upper = inner.decimal("upper-limit")
        if let limit, let upper, upper < limit {
            inner.reportOrder("the upper limit \(upper) is below \(limit).", "Correct one of the two.")
        }
        let source = inner.source()
        problems += inner.fields.finish()
        guard let kind, let parameter, let source else { return nil }
        return InstrumentRule(
            kind: kind, parameter: parameter, limit: limit, upperLimit: upper, every: every, source: source)
    }
}
