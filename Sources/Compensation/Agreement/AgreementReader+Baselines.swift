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
                let period = reading.text("period", of: entry.value, what) ?? ""
                let version = reading.optionalText("version", of: entry.value, what) ?? ""
                guard let constant = constant(entry, also: keys) else { return nil }
                let samples = readSamples(entry.value, what, constant)
                let exclusions = readExclusions(entry.value, what)
                let signatures = readSignatures(entry.value, what)
                checkMeans(samples, constant, entry.value, what)
                return AgreementBaseline(
                    constant: constant, period: period, version: version, samples: samples, exclusions: exclusions,
                    signatures: signatures,
                    digest: digest(constant, period, version, samples, exclusions, signatures))
            }
    }

    private mutating func readSamples(
        _ node: PositionedNode, _ what: String, _ constant: AgreementConstant
    ) -> [[String]: [Fraction]] {
        guard let found = node["samples"], !found.isBlank else { return [:] }
        var samples: [[String]: [Fraction]] = [:]
        for (members, place) in members(of: found, "samples of \(what)", constant.sets[...], what) {
            guard let items = place.items else {
                reading.report(
                    "agreement.shape", at: place, "The samples of \(what) are a list.", "Write [2.1, 2.3, 2.2].")
                continue
            }
            samples[members] = items.compactMap { reading.number($0, "a sample of \(what)") }
        }
        return samples
    }

    /// A value must be the mean of its samples, exactly or rounded as the baseline says.
    private mutating func checkMeans(
        _ samples: [[String]: [Fraction]], _ constant: AgreementConstant, _ node: PositionedNode, _ what: String
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
            let mean = list.reduce(.zero, +) / Fraction(list.count)
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

    private mutating func readExclusions(_ node: PositionedNode, _ what: String) -> [AgreementBaseline.Exclusion] {
        reading.items("exclusions", of: node, what, required: false).compactMap { item in
            guard reading.isMapping(item, "An exclusion of \(what)", allowed: ["date", "reason"]) else { return nil }
            let date = reading.date("date", of: item, what)
            let reason = reading.text("reason", of: item, what)
            guard let date, let reason else { return nil }
            return AgreementBaseline.Exclusion(date: date, reason: reason)
        }
    }

    private mutating func readSignatures(_ node: PositionedNode, _ what: String) -> [AgreementBaseline.Signature] {
        var signed: Set<String> = []
        return reading.items("signatures", of: node, what, required: false).compactMap { item in
            guard reading.isMapping(item, "A signature of \(what)", allowed: ["party", "by", "date"]) else {
                return nil
            }
            let party = reading.text("party", of: item, what)
            let by = reading.text("by", of: item, what)
            let date = reading.date("date", of: item, what)
            guard let party, let by, let date else { return nil }
            checkParty(party, at: item["party"] ?? item)
            if !signed.insert(party).inserted {
                reading.report(
                    "agreement.baseline", at: item, "“\(party)” signed \(what) twice.", "Keep one signature.")
            }
            return AgreementBaseline.Signature(party: party, by: by, date: date)
        }
    }

    private func digest(
        _ constant: AgreementConstant, _ period: String, _ version: String, _ samples: [[String]: [Fraction]],
        _ exclusions: [AgreementBaseline.Exclusion], _ signatures: [AgreementBaseline.Signature]
    ) -> String {
        var text = "\(constant.name)\n\(version)\n\(period)\n\(constant.unit.symbol)\n"
        for (members, value) in constant.values.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            text += "\(members.joined(separator: ","))=\(value)\n"
        }
        for (members, list) in samples.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            text += "\(members.joined(separator: ",")):\(list.map(\.description).joined(separator: ","))\n"
        }
        for exclusion in exclusions { text += "without \(exclusion.date) \(exclusion.reason)\n" }
        for signature in signatures { text += "signed \(signature.party) \(signature.by) \(signature.date)\n" }
        return sha256Hexadecimal(text)
    }
}
