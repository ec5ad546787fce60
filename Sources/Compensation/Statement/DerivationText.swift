// The long form of a derivation, for `tributary explain`: each step with what it read and where that came from.

internal import Exact
internal import Monitoring

extension SettlementRun {
    /// Every step from the figures to the amounts, as plain text.
    package var derivationText: String {
        var text = "推导 Derivation of \(id): \(agreement), \(period), \(kind.name.chinese) \(kind.name.english)\n"
        if isExample { text += "示例 EXAMPLE — 数字为虚构。Invented numbers.\n" }
        text += "协议摘要 Agreement digest sha256:\(agreementDigest)\n"
        for (position, step) in steps.enumerated() {
            text += "\n\(position + 1)  \(step.name)    [\(step.clause)]\n"
            var table = TextTable(indent: 4)
            table.add("公式 formula", step.formula)
            for operand in step.operands { add(operand, to: &table) }
            for decision in step.decisions { add(decision, to: &table) }
            table.add("精确值 exact", step.exact.exactText(in: step.unit))
            for note in step.roundings {
                let rule = "\(note.rule.agreementText), \(note.step.shortText) \(note.unit)"
                table.add("修约 rounded", "\(note.rounded.shortText) \(note.unit)", rule)
            }
            text += table.text
        }
        return text + conditionText + "\n" + evidenceText
    }

    /// Exemptions, verdicts and checks with what they read.
    private var conditionText: String {
        var text = ""
        for condition in conditions {
            text += "\n\(condition.kind.title)  \(condition.name)    [\(condition.clause)]\n"
            var table = TextTable(indent: 4)
            for operand in condition.operands { add(operand, to: &table) }
            add(condition.decision, to: &table)
            text += table.text
        }
        return text
    }

    private func add(_ operand: StepOperand, to table: inout TextTable) {
        table.add("代入 with", "\(operand.name) = \(operand.value.exactText(in: operand.unit))", origin(of: operand))
    }

    private func add(_ decision: BranchDecision, to table: inout TextTable) {
        table.add("判断 decided", "\(decision.condition): \(decision.comparison)", decision.answer)
    }

    private func origin(of operand: StepOperand) -> String {
        switch operand.origin {
        case .constant(let clause): "常数 constant, \(clause)"
        case .baseline(let clause, let period, let version, let digest):
            "基准值 baseline \(period)\(version.isEmpty ? "" : " v\(version)"), \(clause), \(digest.prefix(12))"
        case .input(let digest): digest.isEmpty ? "数据 input" : "数据 input, \(digest.prefix(12))"
        case .step: "上文 step above"
        case .exemption(let clause): "豁免 exemption, \(clause)"
        }
    }

    /// The trail from each input to series, interval, count and digest.
    private var evidenceText: String {
        var text = "数据 Evidence\n"
        for input in inputs {
            guard let value = input.value else { continue }
            let evidence = value.evidence
            text += "  \(input.request.key) = \(value.value.exactText(in: value.unit.symbol))\n"
            for series in evidence.series { text += "      序列 series    \(series)\n" }
            if let interval = evidence.interval {
                text +=
                    "      区间 interval  \(interval.start.iso8601(at: offset)) / \(interval.end.iso8601(at: offset))\n"
            }
            if let count = evidence.count {
                text += "      个数 count     \(count)" + (evidence.expectedCount.map { " / \($0)" } ?? "") + "\n"
            }
            if input.request.measure.isMeasurement, let stated = value.statement { text += "      \(stated.text)\n" }
            for use in evidence.uses { text += "      采用 used      \(use.text)\n" }
            if !evidence.digest.isEmpty { text += "      摘要 digest    \(evidence.digest)\n" }
        }
        return text
    }
}

extension DecidedCondition.Kind {
    var title: String {
        switch self {
        case .exemption: "豁免 exemption"
        case .verdict: "评价 verdict"
        case .check: "勾稽 check"
        }
    }
}
