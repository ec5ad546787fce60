// A statement for people: Chinese and English side by side, readable aloud, the same bytes for the same run.

internal import Accounting
internal import Assessment
internal import Exact
internal import Monitoring

extension Statement {
    /// The whole statement as plain text.
    package var text: String {
        run.head(title: "补偿核算单  COMPENSATION STATEMENT")
            + numbered(
                run.premises + [
                    Section("推导", "Derivation", run.briefDerivation), Section("应付明细", "Amounts owed", lineSection),
                    Section("各方合计", "Totals of the parties", netSection),
                ] + run.times + [Section("签章", "Seals", sealSection)])
    }

    private var lineSection: String {
        if settled.lines.isEmpty {
            return "  本期无应付款项。Nothing is owed for this period, by the branches taken above.\n"
        }
        var text = ""
        for line in settled.lines {
            text += "  \(line.number)  \(run.partyName(line.payer)) → \(run.partyName(line.payee))\n"
            var table = TextTable(indent: 5)
            table.add("金额 Amount", "\(line.money.plainText) \(line.money.currency)")
            if let capitals = line.money.chineseCapitals { table.add("大写 In words", "人民币\(capitals)") }
            table.add("条款 Clause", line.clause)
            if !line.rounding.isEmpty {
                table.add("修约 Rounding", "\(line.rounding); \(line.exact.shortText) → \(line.money.plainText)")
            }
            text += table.text
        }
        return text
    }

    private var netSection: String {
        var table = TextTable(indent: 2)
        table.add("当事方 Party", "净额 Net", "")
        for position in settled.net {
            let direction =
                position.money.isZero ? "持平 even" : position.money.isNegative ? "付出 gives" : "收入 receives"
            table.add(
                run.partyName(position.party), "\(position.money.magnitude.plainText) \(position.money.currency)",
                direction)
        }
        var text = table.text
        for transfer in settled.transfers {
            text += "  轧差划转 Net transfer: \(run.partyName(transfer.payer)) → \(run.partyName(transfer.payee))  "
            text += "\(transfer.money.plainText) \(transfer.money.currency)\n"
        }
        return text
    }

    private var sealSection: String {
        var table = TextTable(indent: 2)
        for party in run.parties where party.role != .pool {
            table.add(
                "\(party.name.chinese) \(party.name.english)", "盖章处 seal here: ____________", "日期 date: __________")
        }
        table.add("审计 Auditor", "盖章处 seal here: ____________", "日期 date: __________")
        return table.text
    }
}

extension SettlementRun {
    /// Why a run has no amounts, as plain text: what is lacking, why, and what must be supplied.
    package var refusalText: String {
        guard case .notSettled(let obstacles) = outcome else { return "" }
        var text = head(title: "未能核算  NOT SETTLED")
        var reasons = ""
        for (position, obstacle) in obstacles.enumerated() {
            let place = obstacle.section.isEmpty ? obstacle.item : "\(obstacle.item) @ \(obstacle.section)"
            reasons += "  \(position + 1)  \(place)  [\(obstacle.kind.rawValue)]\n"
            reasons += "     原因 Why     \(obstacle.why)\n     所需 Needed  \(obstacle.needed)\n"
        }
        text += numbered(premises + [Section("未能核算的原因", "Why there are no amounts", reasons)] + times)
        return text
    }

    /// What a statement and a refusal begin with.
    fileprivate var premises: [Section] {
        let known = baselines.isEmpty ? [] : [Section("基准值", "Baselines", baselineSection)]
        return [Section("采用数据", "Inputs", inputSection)] + known + [Section("评价结论", "Verdicts", verdictSection)]
    }

    /// The windows of the agreement, where it has any.
    fileprivate var times: [Section] { deadlines.isEmpty ? [] : [Section("期限", "Windows", windowSection)] }

    fileprivate func head(title: String) -> String {
        var text = title + "\n"
        if isExample {
            text += "示例 EXAMPLE — 数字为虚构，不作支付依据。Invented numbers, no basis for any payment.\n"
        }
        if kind == .provisional {
            text += "预核算 PROVISIONAL — 数据未经终审，不作支付依据。Data not final, no basis for any payment.\n"
        }
        text += String(repeating: "=", count: 72) + "\n"
        var table = TextTable(indent: 0)
        table.add("协议 Agreement", self.title.chinese)
        table.add("", self.title.english)
        table.add("编号 Id", agreement)
        table.add("文件 Document", [document.title, document.number].filter { !$0.isEmpty }.joined(separator: ", "))
        table.add("来源 Source", "\(document.source) (\(document.confidence.rawValue))")
        table.add("考核期 Period", "\(period.from) 至 to \(period.until.advanced(byDays: -1)), UTC\(offset)")
        table.add("核算类型 Kind", "\(kind.name.chinese) \(kind.name.english)")
        table.add("核算号 Run", id)
        table.add("协议摘要 Agreement digest", "sha256:\(agreementDigest)")
        table.add("程序 Program", program)
        return text + table.text
    }

    private var inputSection: String {
        if inputs.isEmpty { return "  无 none\n" }
        var table = TextTable(indent: 2)
        table.add("名称 Name", "断面 Section", "数值 Value", "单位 Unit", "有效数 Count", "摘要 Digest")
        for input in inputs {
            let section = input.request.sectionKey ?? "—"
            let name = input.request.key.description
            guard let value = input.value else {
                table.add(name, section, refusal(input.result), "", "", "")
                continue
            }
            let evidence = value.evidence
            let count = evidence.count.map { count in
                evidence.expectedCount.map { "\(count) / \($0)" } ?? "\(count)"
            }
            let digest = evidence.digest.isEmpty ? "—" : String(evidence.digest.prefix(12))
            table.add(name, section, value.value.exactText, value.unit.symbol, count ?? "—", digest)
        }
        var text = table.text
        for section in sections {
            let registered = section.registered.map { ", \($0)" } ?? ""
            text += "  断面 Section \(section.id): \(section.name.chinese) \(section.name.english)\(registered)\n"
        }
        for indicator in indicators {
            text += "  因子 Indicator \(indicator.parameter): \(indicator.name.chinese) \(indicator.name.english)\n"
        }
        text += statisticsLine
        for source in inputSources { text += "  来源 From: \(source)\n" }
        for (statement, keys) in reviewStatements {
            text += "  \(statement.text): \(keys.map(\.description).joined(separator: ", "))\n"
        }
        for stand in substitutions {
            text += "  替代 Substitution: \(stand.input) \(stand.series), \(stand.method): \(stand.reason) "
            text += "(\(stand.agreedBy.joined(separator: ", ")))\n"
        }
        if substitutions.isEmpty { text += "  替代 Substitutions: 无 none\n" }
        return text
    }

    /// How the means were formed and how much of the period they needed; empty for published figures.
    private var statisticsLine: String {
        guard let statistics else { return "" }
        let steps = statistics.averaging.map { "\($0.unit.rawValue) (needs \($0.needs))" } + ["period"]
        var text = "  统计规则 Statistics: mean over \(steps.joined(separator: ", ")); quality \(statistics.quality.name); "
        text += "below detection \(statistics.belowDetection.rawValue); class limits \(statistics.comparison.rawValue) "
        text += "[\(statistics.clause)]\n"
        if let share = missingData.minimumShare {
            text += "  最低有效比例 Least valid share: \(share.shortText) [\(missingData.clause)]\n"
        }
        for input in inputs {
            for use in input.value?.evidence.uses ?? [] { text += "  采用 Used \(input.request.key): \(use.text)\n" }
        }
        return text
    }

    /// Each series or document once, in the order of the inputs.
    private var inputSources: [String] {
        var seen: Set<String> = []
        return inputs.flatMap { $0.value?.evidence.series ?? [] }.filter { seen.insert($0).inserted }
    }

    /// What a person stated, with the figures it was stated of.
    private var reviewStatements: [(statement: ReviewStatement, keys: [InputKey])] {
        var found: [(statement: ReviewStatement, keys: [InputKey])] = []
        for input in inputs where input.request.measure.isMeasurement {
            guard let statement = input.value?.statement else { continue }
            if let place = found.firstIndex(where: { $0.statement == statement }) {
                found[place].keys.append(input.request.key)
            } else {
                found.append((statement, [input.request.key]))
            }
        }
        return found
    }

    private func refusal(_ result: InputResult) -> String {
        switch result {
        case .value: ""
        case .missing(let why): "缺失 missing: \(why)"
        case .notAssessable(let why): "无法判定 not assessable: \(why)"
        case .disputed(let why): "有争议 disputed: \(why)"
        case .held(let why): "期限未满 held: \(why)"
        }
    }

    private var verdictSection: String {
        var text = ""
        for found in exemptions { text += "  豁免 Exempt: \(found.name), \(found.reason) [\(found.clause)]\n" }
        if verdicts.isEmpty { return text + "  协议未设 none in the agreement\n" }
        var table = TextTable(indent: 2)
        for verdict in verdicts {
            table.add(
                verdict.name, verdict.section ?? "—", verdict.verdict.statementName, verdict.reason, verdict.clause)
        }
        return text + table.text
    }

    /// One line a step, and one for each comparison and rounding.
    fileprivate var briefDerivation: String {
        var text = ""
        for step in steps {
            text += "  \(step.name) = \(step.formula)\n"
            for decision in step.decisions {
                text += "      \(decision.condition): \(decision.comparison) → \(decision.answer)\n"
            }
            text += "      = \(step.exact.exactText(in: step.unit))    [\(step.clause)]\n"
            for note in step.roundings {
                text += "      修约 rounded \(note.rule.agreementText) to \(note.step.shortText) \(note.unit): "
                text += "\(note.exact.shortText) → \(note.rounded.shortText)\n"
            }
        }
        return text
    }
}

/// A part of a statement under its heading in both languages.
struct Section {
    let chinese: String
    let english: String
    let text: String

    init(_ chinese: String, _ english: String, _ text: String) {
        self.chinese = chinese
        self.english = english
        self.text = text
    }
}

/// The sections one below the other, counted in both languages.
private func numbered(_ sections: [Section]) -> String {
    zip(sections.indices, sections).map { index, section in
        let numeral = ["一", "二", "三", "四", "五", "六", "七", "八"][index]
        return "\n\(numeral)、\(section.chinese)  \(index + 1). \(section.english)\n" + String(repeating: "-", count: 72)
            + "\n" + section.text
    }.joined()
}

extension Fraction {
    /// The decimal when it ends within 12 places, otherwise its first 12 places and the exact ratio.
    var exactText: String {
        let short = shortText
        return short.hasSuffix("…") ? "\(short) (= \(description))" : short
    }

    /// The same with its unit, which a plain number does not show.
    func exactText(in unit: String) -> String {
        unit == UnitOfMeasure.one.symbol ? exactText : "\(exactText) \(unit)"
    }
}
