// Why an assessment has no answer: closed reasons with a sentence, never an empty cell.

/// The reason for *not assessable* (无法判定), with what is missing or unclear in this case.
package struct NotAssessable: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Reason: String, Sendable, CaseIterable {
        /// No edition of the standard is in force at this time and place.
        case noEdition = "no-edition"
        /// The standard sets no limit for this parameter, water body or averaging time.
        case noLimit = "no-limit"
        /// No item of the profile has a value.
        case noValues = "no-values"
        /// An item the rule requires has no value.
        case missingItem = "missing-item"
        /// Fewer values than the rule's minimum share.
        case tooFewValues = "too-few-values"
        /// A value cannot be: negative where only zero and more can be.
        case impossibleValue = "impossible-value"
        /// The value is censored (`<`, `>`) and the rule in force gives it no number.
        case censoredValue = "censored-value"
        /// A parameter of the rule is left blank.
        case ruleIncomplete = "rule-incomplete"
        /// The period has values under unlike editions or reference states.
        case mixedEditions = "mixed-editions"
        /// Different values came for one time; people decide which holds.
        case disputedValue = "disputed-value"
        /// No target is set for the date.
        case noTarget = "no-target"
        /// Nobody says whether it is a river or a lake, and the verdict depends on it.
        case unknownWater = "unknown-water"
        /// Two things to be compared are unlike: other items, other sections.
        case notComparable = "not-comparable"
        /// A rounding that no number of digits decides.
        case undecided
        /// The computation is not available in this version.
        case notImplemented = "not-implemented"

        /// The reason in Chinese.
        package var chinese: String {
            switch self {
            case .noEdition: "当时当地无适用标准"
            case .noLimit: "标准未规定限值"
            case .noValues: "评价因子均无数据"
            case .missingItem: "缺少必需因子"
            case .tooFewValues: "有效数据不足"
            case .impossibleValue: "数值不可能"
            case .censoredValue: "检出限外数值无处理规则"
            case .ruleIncomplete: "规则参数未填写"
            case .mixedEditions: "跨标准版本或参比状态"
            case .disputedValue: "同一时刻数值有争议"
            case .noTarget: "当日未设目标"
            case .unknownWater: "水体类型未登记"
            case .notComparable: "前后不可比"
            case .undecided: "修约无法判定"
            case .notImplemented: "本版本未实现"
            }
        }
    }

    package let reason: Reason
    /// What is missing, in one English sentence fragment; may be empty.
    package let detail: String

    package init(_ reason: Reason, _ detail: String = "") {
        self.reason = reason
        self.detail = detail
    }

    /// `no-edition: GB 3095-2012 holds from 2016-01-01`.
    package var description: String { detail.isEmpty ? reason.rawValue : "\(reason.rawValue): \(detail)" }
}
