// Baselines (基准值) of an agreement file: values with the samples they come from and the signatures under them.

internal import Exact
internal import Monitoring
internal import Standards

extension AgreementReader {
    mutating func readBaselines(_ node: PositionedNode) -> [AgreementBaseline] {
        let keys = ["period", "version", "samples", "places", "rule", "exclusions", "signatures"]
        return entries("baselines", of: node, "base: {values: {codmn: 2.0}, unit: mg/L, period: 2021/2024, …}")
            .compactMap { entry in
                let what = "baseline “\(entry.key)”"
                let version = reading.optionalText("version", of: entry.value, what) ?? ""
                guard let constant = constant(entry, also: keys) else { return nil }
                let period = readBaselinePeriod(entry, what, constant)
                let (samples, source) = readSamples(entry.value, what, constant, period)
                let exclusions = readExclusions(entry.value, what, period)
                let signatures = readSignatures(entry.value, what, constant, period)
                checkMeans(samples, constant, entry.value, what)
                let digest = digest(constant, period, version, samples, source, exclusions, signatures)
                return AgreementBaseline(
                    constant: constant, period: period, version: version, samples: samples, samplesSource: source,
                    exclusions: exclusions, signatures: signatures, digest: digest)
            }
    }

    /// The span a baseline was measured over: dates, not words.
    private mutating func readBaselinePeriod(
        _ entry: PositionedEntry, _ what: String, _ constant: AgreementConstant
    ) -> SettlementPeriod? {
        guard let place = entry.value["period"] else {
            _ = reading.required("period", of: entry.value, what)
            return nil
        }
        if place.isBlank {
            blank("\(constant.name) period", constant.clause, place)
            return nil
        }
        if let period = place.text.flatMap(SettlementPeriod.init(parsing:)) { return period }
        reading.report(
            "agreement.baseline", at: place, "“\(place.text ?? "")” is not the span \(what) was measured over.",
            "Write 2021, 2021/2024 (three years) or two days with a slash, the last one excluded; leave it blank in a "
                + "template.")
        return nil
    }

    /// Samples as lists by member, or the source they can be read in. An agreement that is no example must have either.
    private mutating func readSamples(
        _ node: PositionedNode, _ what: String, _ constant: AgreementConstant, _ period: SettlementPeriod?
    ) -> (samples: [[String]: [AgreementBaseline.Sample]], source: String) {
        guard let found = node["samples"] else {
            if !isExample {
                reading.report(
                    "agreement.baseline", at: node, "\(what) does not say which samples it comes from.",
                    "Write samples: with a list for each member, or {source: where they can be read}; blank in a template."
                )
            }
            return ([:], "")
        }
        if found.isBlank {
            blank("\(constant.name) samples", constant.clause, found)
            return ([:], "")
        }
        if found["source"] != nil {
            guard reading.isMapping(found, "samples of \(what)", allowed: ["source"]) else { return ([:], "") }
            return ([:], reading.text("source", of: found, "samples of \(what)") ?? "")
        }
        var samples: [[String]: [AgreementBaseline.Sample]] = [:]
        for (members, place) in members(of: found, "samples of \(what)", constant.sets[...], what) {
            guard let items = place.items, !items.isEmpty else {
                reading.report(
                    "agreement.shape", at: place, "The samples of \(what) are a list of at least one.",
                    "Write [2.1, 2.3, 2.2], or [{period: 2021, value: 2.1}, …].")
                continue
            }
            samples[members] = items.compactMap { readSample($0, what, period) }
        }
        return (samples, "")
    }

    /// A number, or `{period: 2021, value: 2.1}` with a period inside the baseline's.
    private mutating func readSample(
        _ item: PositionedNode, _ what: String, _ span: SettlementPeriod?
    ) -> AgreementBaseline.Sample? {
        if item.entries == nil {
            return reading.number(item, "a sample of \(what)").map { AgreementBaseline.Sample(period: nil, value: $0) }
        }
        guard reading.isMapping(item, "A sample of \(what)", allowed: ["period", "value"]),
            let text = reading.text("period", of: item, "a sample of \(what)"),
            let place = reading.required("value", of: item, "a sample of \(what)"),
            let value = reading.number(place, "a sample of \(what)")
        else { return nil }
        guard let period = SettlementPeriod(parsing: text),
            span.map({ $0.from <= period.from && period.until <= $0.until }) ?? true
        else {
            reading.report(
                "agreement.baseline", at: item["period"] ?? item,
                "“\(text)” is no period within \(span?.description ?? "that of \(what)").",
                "Write the year, quarter, month or days of the sample.")
            return nil
        }
        return AgreementBaseline.Sample(period: period, value: value)
    }

    /// A value must be the mean of its samples, exactly or rounded as the baseline says.
    private mutating func checkMeans(
        _ samples: [[String]: [AgreementBaseline.Sample]], _ constant: AgreementConstant, _ node: PositionedNode,
        _ what: String
    ) {
        var rounding: (places: Int, rule: RoundingRule)?
        if let text = reading.optionalText("places", of: node, what) {
            let rule = reading.optionalText("rule", of: node, what).flatMap(RoundingRule.init(agreementText:))
            guard let places = Int(text), (0...9).contains(places), let rule else {
                reading.report(
                    "agreement.rounding", at: node["places"] ?? node,
                    "\(what) does not say how its mean is rounded.",
                    "Write places: 2 and rule: half-up (\(RoundingRule.agreementTexts)).")
                return
            }
            rounding = (places, rule)
        }
        for (members, list) in samples.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) where !list.isEmpty {
            guard let value = constant.values[members] else { continue }
            let mean = list.reduce(.zero) { $0 + $1.value } / Fraction(list.count)
            let expected = rounding.map { mean.rounded(places: $0.places, $0.rule) } ?? mean
            if expected != value {
                reading.report(
                    "agreement.baseline", at: node["samples"] ?? node,
                    "\(indexedName(constant.name, members)) is \(value.shortText), but its samples have the mean "
                        + "\(expected.shortText).",
                    "Correct the value or the samples, or write how the mean is rounded (places, rule).")
            }
        }
    }

    private mutating func readExclusions(
        _ node: PositionedNode, _ what: String, _ span: SettlementPeriod?
    ) -> [AgreementBaseline.Exclusion] {
        reading.items("exclusions", of: node, what, required: false).compactMap { item in
            guard reading.isMapping(item, "An exclusion of \(what)", allowed: ["date", "reason"]) else { return nil }
            let date = reading.date("date", of: item, what)
            let reason = reading.text("reason", of: item, what)
            guard let date, let reason else { return nil }
            if let span, date < span.from || span.until <= date {
                reading.report(
                    "agreement.baseline", at: item["date"] ?? item,
                    "\(date) is not within \(span), so nothing is left out.",
                    "Write a day of the baseline's period.")
            }
            return AgreementBaseline.Exclusion(date: date, reason: reason)
        }
    }

    /// The signatures under a baseline: of every party that answers for a region, once the period is over. Only an example
    /// needs none.
    private mutating func readSignatures(
        _ node: PositionedNode, _ what: String, _ constant: AgreementConstant, _ span: SettlementPeriod?
    ) -> [AgreementBaseline.Signature] {
        if let place = node["signatures"], place.isBlank {
            blank("\(constant.name) signatures", constant.clause, place)
            return []
        }
        var signed: Set<String> = []
        let signatures = reading.items("signatures", of: node, what, required: false).compactMap { item in
            readSignature(item, what, span, &signed)
        }
        let answering = parties.filter { ![.pool, .treasury, .residual].contains($0.role) }.map(\.id)
        let lacking = answering.filter { !signed.contains($0) }
        if !isExample, !lacking.isEmpty {
            reading.report(
                "agreement.baseline", at: node["signatures"] ?? node,
                "\(what) is not signed by \(lacking.joined(separator: " and ")).",
                "Write signatures: [{party, by, date}, …] of both sides; leave it blank in a template.")
        }
        return signatures
    }

    private mutating func readSignature(
        _ item: PositionedNode, _ what: String, _ span: SettlementPeriod?, _ signed: inout Set<String>
    ) -> AgreementBaseline.Signature? {
        guard reading.isMapping(item, "A signature of \(what)", allowed: ["party", "by", "date"]) else { return nil }
        let party = reading.text("party", of: item, what)
        let by = reading.text("by", of: item, what)
        let date = reading.date("date", of: item, what)
        guard let party, let by, let date else { return nil }
        checkParty(party, at: item["party"] ?? item)
        if !signed.insert(party).inserted {
            reading.report("agreement.baseline", at: item, "“\(party)” signed \(what) twice.", "Keep one signature.")
        }
        if let span, date < span.until {
            reading.report(
                "agreement.baseline", at: item["date"] ?? item,
                "“\(party)” signed \(what) on \(date), before its period \(span) was over.",
                "Correct the day or the period.")
        }
        return AgreementBaseline.Signature(party: party, by: by, date: date)
    }

    private func digest(
        _ constant: AgreementConstant, _ period: SettlementPeriod?, _ version: String,
        _ samples: [[String]: [AgreementBaseline.Sample]], _ source: String,
        _ exclusions: [AgreementBaseline.Exclusion], _ signatures: [AgreementBaseline.Signature]
    ) -> String {
        var text = "\(constant.name)\n\(version)\n\(period?.description ?? "")\n\(constant.unit.symbol)\n"
        for (members, value) in constant.values.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            text += "\(members.joined(separator: ","))=\(value)\n"
        }
        for (members, list) in samples.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            let values = list.map { ($0.period.map { "\($0) " } ?? "") + "\($0.value)" }
            text += "\(members.joined(separator: ",")):\(values.joined(separator: ","))\n"
        }
        if !source.isEmpty { text += "samples in \(source)\n" }
        for exclusion in exclusions { text += "without \(exclusion.date) \(exclusion.reason)\n" }
        for signature in signatures { text += "signed \(signature.party) \(signature.by) \(signature.date)\n" }
        return sha256Hexadecimal(text)
    }
}
