// The switches an assessment is made under. Each has a name that is printed with the result; none is silent.

package import Monitoring

/// How a value is compared with a limit. Source: GB/T 8170-2008, 4.3: 全数值比较法, 修约值比较法.
package enum LimitComparison: String, Sendable, CaseIterable {
    /// 全数值: the value as it is.
    case unrounded
    /// 修约值: the value rounded once, half to even, to the decimals of the limit.
    case rounded

    /// Where a value is rounded on its way to a limit, in the words printed with a result.
    package var rounding: String {
        switch self {
        case .unrounded: "none before the comparison"
        case .rounded: "half-even once (GB/T 8170), to each item's decimals of assessment"
        }
    }
}

/// What an assessment says when some items have no value.
package enum MissingItemRule: String, Sendable, CaseIterable {
    /// As the official feeds do: the verdict of the items present; those missing are named in the result.
    case feedPractice = "feed-practice"
    /// As the text says. Air (HJ 633-2026): the index of the rest stands only above 100. Water: every item is needed.
    case clause
}

/// What number stands for a value below the detection limit.
package enum BelowDetectionRule: String, Sendable, CaseIterable {
    /// Half the detection limit; common Chinese practice, not found in a text at hand.
    case halfLimit = "half-limit"
    case detectionLimit = "detection-limit"
    case zero
    /// No number: the value is censored and the item not assessable.
    case refuse
}

/// Which quality verdicts a value may carry to take part.
package struct QualityPolicy: Hashable, Sendable {
    package let name: String
    package let accepted: Set<QualityVerdict>

    package init(name: String, accepted: Set<QualityVerdict>) {
        self.name = name
        self.accepted = accepted
    }

    /// Only values that passed their tests.
    package static let validOnly = QualityPolicy(name: "valid-only", accepted: [.valid])
    /// Values that passed, and values nobody tested: what a feed without flags offers.
    package static let notInvalid = QualityPolicy(name: "valid-or-untested", accepted: [.valid, .notTested])
    /// Everything that was printed: for the comparison with a source's own verdict only.
    package static let asPrinted = QualityPolicy(
        name: "as-printed", accepted: [.valid, .notTested, .suspect, .invalid])
}

/// How far a result has been reviewed. People's acts raise it; a computation alone never does.
package enum ReviewState: String, Sendable, CaseIterable {
    case raw
    case autoChecked = "auto-checked"
    case level1
    case level2
    case final

    /// 原始 · 自动审核 · 一级 · 二级 · 终审
    package var chinese: String {
        switch self {
        case .raw: "原始"
        case .autoChecked: "自动审核"
        case .level1: "一级审核"
        case .level2: "二级审核"
        case .final: "终审"
        }
    }
}
