// Assessments over periods as sentences, Chinese and English one below the other.

import Assessment
import Exact
import Monitoring
import Standards

extension PeriodResult {
    func sectionSentences(_ rule: WaterAssessmentRule) -> String {
        sections.map { section in
            let lines = Self.sentences(section.figure, of: section.section, period.text, rule)
            guard !section.exclusions.isEmpty else { return lines }
            let records = section.exclusions.joined(separator: ", ")
            let measured = section.measured.classification.waterClass.map(\.description)
            return lines
                + "  剔除记录：\(records)；不剔除时：\(measured.map { "\($0)类" } ?? "无类别")，\(section.measured.assessment.verdict.chinese)。\n"
                + "  Exclusions: \(records); as measured: \(measured.map { "class \($0)" } ?? "no class"), "
                + "\(section.measured.assessment.verdict.rawValue).\n"
        }.joined()
    }

    private static func sentences(
        _ figure: SectionFigure, of section: String, _ period: String, _ rule: WaterAssessmentRule
    ) -> String {
        let found = figure.classification
        let verdict = figure.assessment.verdict
        let review = figure.assessment.reviewState
        let reasonChinese = figure.assessment.reason.map { "（\($0.reason.chinese)）" } ?? ""
        let why = reason(figure)
        let target = found.target.map { "，目标\($0)类" } ?? ""
        let goal = found.target.map { ", target class \($0)" } ?? ""
        let pollutants = found.mainPollutants(standard: rule.water.standard, toxic: rule.toxicPriority)
        var chinese = "\(period) \(section)：\(verdict.chinese)\(reasonChinese)\(target)"
        var english = "  \(verdict.rawValue)\(goal)"
        if let waterClass = found.waterClass {
            let status = WaterStatus(waterClass).name
            chinese += "；水质\(waterClass)类，\(status.chinese)"
            english += "; class \(waterClass), \(status.english)"
        }
        if !pollutants.isEmpty {
            chinese += "；主要污染指标：" + chineseNames(pollutants.map { text($0, rule) }.joined(separator: " "))
            english += "; main pollutants: " + pollutants.map { text($0, rule) }.joined(separator: ", ")
        }
        let exceeding = exceeding(found, rule, but: pollutants.map(\.parameter))
        if !exceeding.isEmpty {
            chinese += "；劣于目标：" + chineseNames(exceeding)
            english += "; worse than the target: " + exceeding.replacing(" ", with: ", ")
        }
        if found.waterBody == nil {
            chinese += "；水体类型未登记，仅判定河流与湖库一致之处"
            english += "; kind of water not stated, only what river and lake agree on is decided"
        }
        chinese += "；\(review.chinese)数据。\n"
        english += "; \(review.rawValue) data" + (why.isEmpty ? "" : "; \(why)") + ".\n"
        return chinese + english
    }

    /// `tp(0.35) codmn` with the items' Chinese names.
    private static func chineseNames(_ pollutants: String) -> String {
        pollutants.split(separator: " ").map { pollutant in
            let id = pollutant.prefix { $0 != "(" }
            let name = ParameterCatalogue.standard[ParameterID(String(id))]?.name.chinese
            return (name ?? String(id)) + pollutant.dropFirst(id.count)
        }.joined(separator: "、")
    }

    func systemSentences(_ rule: WaterAssessmentRule) -> String {
        systems.map { entry in
            let name = entry.system.name
            let river = try? entry.figure.river.get()
            let status = river.flatMap { try? $0.status.get() }
            let why = Self.reason(entry.figure)
            var chinese = "\(period.text) \(name.chinese)（\(entry.system.kind.name.chinese)）："
            var english = "  \(name.english) (\(entry.system.kind.rawValue)): "
            chinese += status?.name.chinese ?? AssessmentVerdict.notAssessable.chinese
            english += status?.name.english ?? AssessmentVerdict.notAssessable.rawValue
            if let shares = river?.shares {
                let (good, worst) = (Self.percent(shares.good), Self.percent(shares.worst))
                chinese += "；Ⅰ～Ⅲ类\(good)%，劣Ⅴ类\(worst)%（断面类别比例法，\(shares.total)个断面）"
                english += "; class Ⅰ–Ⅲ \(good) %, worse than Ⅴ \(worst) % of \(shares.total) sections"
            } else if let mean = river?.classification?.waterClass {
                chinese += "；断面均值\(mean)类（\(river?.assessed.count ?? 0)个断面）"
                english += "; class \(mean) by the mean of \(river?.assessed.count ?? 0) sections"
            }
            let pollutants = Self.pollutants(river, rule)
            if !pollutants.isEmpty {
                chinese += "；主要污染指标：\(Self.chineseNames(pollutants))"
                english += "; main pollutants: \(pollutants)"
            }
            if river?.isDisputed == true {
                chinese += "；含有争议的数据"
                english += "; disputed values take part"
            }
            let index = Self.index(entry.figure.index)
            if !index.isEmpty {
                chinese += "；CWQI \(index)"
                english += "; CWQI \(index)"
            }
            if !why.isEmpty { english += "; \(why)" }
            return chinese + "。\n" + english + ".\n" + measuredSentence(entry.measured)
        }.joined()
    }

    /// The same without exclusions, where any section of the period has one.
    private func measuredSentence(_ measured: SystemResult) -> String {
        guard sections.contains(where: { !$0.exclusions.isEmpty }) else { return "" }
        let river = try? measured.river.get()
        let status = river.flatMap { try? $0.status.get() }?.name
        var chinese = "  不剔除时：\(status?.chinese ?? AssessmentVerdict.notAssessable.chinese)"
        var english = "  As measured: \(status?.english ?? AssessmentVerdict.notAssessable.rawValue)"
        if let shares = river?.shares {
            let (good, worst) = (Self.percent(shares.good), Self.percent(shares.worst))
            chinese += "；Ⅰ～Ⅲ类\(good)%，劣Ⅴ类\(worst)%"
            english += "; class Ⅰ–Ⅲ \(good) %, worse than Ⅴ \(worst) %"
        } else if let mean = river?.classification?.waterClass {
            chinese += "；断面均值\(mean)类"
            english += "; class \(mean) by the mean of the sections"
        }
        let index = Self.index(measured.index)
        if !index.isEmpty {
            chinese += "；CWQI \(index)"
            english += "; CWQI \(index)"
        }
        return chinese + "。\n" + english + ".\n"
    }

    func changeSentences(from before: PeriodResult) -> String {
        changeRecords(from: before).map { record in
            let fields = Dictionary(record.map { ($0.name, $0.value) }) { first, _ in first }
            let grade = fields["by_grade"].flatMap { WaterChange(rawValue: $0) }
            let shares = fields["by_shares"].flatMap { WaterChange(rawValue: $0) }
            let head = "\(period.text) / \(before.period.text) \(fields["id"] ?? "")"
            let chinese = [
                "按等级" + (grade?.name.chinese ?? "无法比较"), shares.map { "按比例\($0.name.chinese)" },
            ].compactMap { $0 }.joined(separator: "，")
            let english = [
                "by grade " + (grade?.name.english ?? "not comparable (\(fields["reason"] ?? ""))"),
                shares.map { "by shares \($0.name.english) (\(fields["points"] ?? "") points)" },
            ].compactMap { $0 }.joined(separator: ", ")
            return "\(head)：\(chinese)。\n  \(english).\n"
        }.joined()
    }
}

extension AssessmentVerdict {
    /// 达标 · 未达标 · 无法判定 · 有争议
    var chinese: String {
        switch self {
        case .met: "达标"
        case .notMet: "未达标"
        case .notAssessable: "无法判定"
        case .disputed: "有争议"
        }
    }
}
