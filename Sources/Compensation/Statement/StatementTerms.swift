// The parts of a statement that are terms, not data: baselines with their signatures, windows with their dates.

internal import Exact
internal import Monitoring

extension SettlementRun {
    /// Each baseline as the signed object it is: values, samples, exclusions, signatures, digest.
    var baselineSection: String {
        baselines.map { baseline in
            let constant = baseline.constant
            let span = baseline.period.map { "\($0.from) 至 to \($0.until.advanced(byDays: -1))" } ?? "未填 blank"
            let version = baseline.version.isEmpty ? "" : ", 版本 version \(baseline.version)"
            let text = "  \(constant.name)  \(span)\(version)  [\(constant.clause)]\n"
            let unit = constant.unit.symbol == UnitOfMeasure.one.symbol ? "" : " \(constant.unit.symbol)"
            let values = constant.values.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { members, value in
                (members.isEmpty ? "" : members.joined(separator: ", ") + " ") + value.shortText + unit
            }
            var table = TextTable(indent: 5)
            table.add("数值 Values", values.joined(separator: "; "))
            table.add("样本 Samples", baseline.samplesText)
            for exclusion in baseline.exclusions { table.add("剔除 Without", "\(exclusion.date), \(exclusion.reason)") }
            for signature in baseline.signatures {
                table.add("签署 Signed", "\(partyName(signature.party)), \(signature.by), \(signature.date)")
            }
            if baseline.signatures.isEmpty { table.add("签署 Signed", "无 by nobody") }
            table.add("摘要 Digest", "sha256:\(baseline.digest)")
            return text + table.text
        }.joined()
    }

    /// Each window with what it runs from, its dates as far as they are known, and what its end comes to.
    var windowSection: String {
        deadlines.map { deadline in
            let window = deadline.window
            let party = window.party.map { partyName($0) } ?? "各方 all parties"
            var text = "  \(window.name)  \(party)  [\(window.clause)]\n"
            var table = TextTable(indent: 5)
            table.add(
                "起算 From", window.startText + (deadline.startDocument.isEmpty ? "" : ", \(deadline.startDocument)"))
            table.add("状态 Stands", deadline.text + (asOf.map { " (截至 as of \($0))" } ?? ""))
            table.add("期满 On expiry", window.onExpiry)
            text += table.text
            return text
        }.joined()
    }
}

extension AgreementBaseline {
    fileprivate var samplesText: String {
        if !samplesSource.isEmpty { return samplesSource }
        if samples.isEmpty { return "未列 none listed" }
        return samples.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { members, list in
            let values = list.map { sample in
                (sample.period.map { "\($0.from)/\($0.until) " } ?? "") + sample.value.shortText
            }
            return (members.isEmpty ? "" : members.joined(separator: ", ") + ": ") + values.joined(separator: ", ")
        }.joined(separator: "; ")
    }
}

extension AgreementWindow {
    /// `送达 notified + 10 个工作日 working days`.
    var startText: String {
        let begin =
            switch from {
            case .event(let event): "\(event.name.chinese) \(event.name.english)"
            case .date(let month, let day): "\(month)月\(day)日 month \(month) day \(day)"
            }
        if days == 0 { return begin }
        return begin + " + \(days) " + (calendar == .working ? "个工作日 working days" : "日 days")
    }
}
