// What became of the values of a period's mean, in the words of a statement: taking part, or why not, level by level.

internal import Assessment
internal import Compensation
internal import Monitoring

extension PeriodStatistic {
    /// How many values and units of each level took part, and why the others did not, as a statement prints it.
    var uses: [EvidenceUse] {
        let refusedCount = refused.values.reduce(0, +)
        let missing = max(0, expected - self.used - refusedCount)
        let notReceived = EvidenceUse.Without(
            BilingualName(chinese: "未收到或缺测", english: "not received or missing"), missing)
        let refusals = Refusal.allCases.map { EvidenceUse.Without($0.name, refused[$0] ?? 0) }
        let units = BilingualName(chinese: "所在日月数据不足", english: "in units with too few")
        let values = EvidenceUse(
            of: "数值 values", used: entered, due: expected,
            without: ([notReceived] + refusals + [EvidenceUse.Without(units, self.used - entered)]).filter {
                $0.count > 0
            })
        return [values]
            + levels.map { level in
                let short = BilingualName(chinese: "数据不足", english: "with less than \(level.needs)")
                return EvidenceUse(
                    of: "\(level.unit.name.chinese) \(level.unit.name.english)", used: level.used, due: level.expected,
                    without: [EvidenceUse.Without(short, level.expected - level.used)].filter { $0.count > 0 })
            }
    }
}

extension PeriodStatistic.Refusal {
    fileprivate var name: BilingualName {
        switch self {
        case .missing: BilingualName(chinese: "报送为缺测", english: "sent as missing")
        case .quality: BilingualName(chinese: "质控未通过", english: "refused by quality")
        case .censored: BilingualName(chinese: "未检出而无数值", english: "censored without a number")
        case .impossible: BilingualName(chinese: "不可能值", english: "impossible")
        case .excluded: BilingualName(chinese: "剔除", english: "excluded")
        }
    }
}

extension CivilUnit {
    fileprivate var name: BilingualName {
        switch self {
        case .hour: BilingualName(chinese: "小时", english: "hours")
        case .fourHours: BilingualName(chinese: "四小时", english: "4-hour spans")
        case .day: BilingualName(chinese: "日", english: "days")
        case .month: BilingualName(chinese: "月", english: "months")
        case .quarter: BilingualName(chinese: "季", english: "quarters")
        case .year: BilingualName(chinese: "年", english: "years")
        }
    }
}
