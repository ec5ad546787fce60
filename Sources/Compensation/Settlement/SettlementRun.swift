// One immutable computation (核算): what was asked, what was put in, each step, and who owes whom, or why nobody can say.

package import Accounting
package import Exact
package import Monitoring

/// A settlement run. Nothing in it is ever edited: a later run is another value.
package struct SettlementRun: Sendable {
    /// `run-` and 16 hexadecimal digits of the digest of everything that determines the result.
    package let id: String
    package let agreement: String
    /// SHA-256 of the agreement file's bytes.
    package let agreementDigest: String
    package let title: BilingualName
    package let document: AgreementDocument
    package let isExample: Bool
    package let period: SettlementPeriod
    package let offset: UTCOffset
    package let kind: RunKind
    /// The version of the program that computed it.
    package let program: String
    package let parties: [Party]
    package let sections: [AgreementSection]
    package let indicators: [Indicator]
    package let statistics: StatisticTerms?
    package let missingData: MissingDataRule
    package let inputs: [SettlementInput]
    /// The members an exemption holds for, with its reason.
    package let exemptions: [SettlementExemption]
    package let baselines: [AgreementBaseline]
    /// The agreement's windows as they stand.
    package let deadlines: [Deadline]
    /// The day they were judged by, `nil` when nobody named one.
    package let asOf: CivilDate?
    package let verdicts: [SettlementVerdict]
    package let steps: [DerivationStep]
    /// Exemptions, verdicts and checks as they were decided, in the order of the computation.
    package let conditions: [DecidedCondition]
    package let substitutions: [Substitution]
    package let outcome: SettlementOutcome
}

extension SettlementRun {
    /// The figures that entered, without their sources: what sensitivity and odds vary.
    package var figures: [InputKey: (value: Fraction, unit: UnitOfMeasure)] {
        var found: [InputKey: (value: Fraction, unit: UnitOfMeasure)] = [:]
        for input in inputs {
            if let given = input.value { found[input.request.key] = (given.value, given.unit) }
        }
        return found
    }
}

/// The kind of a run (预核算 · 初核 · 复核 · 终核（核定）· 专项).
package enum RunKind: Hashable, Sendable, CustomStringConvertible {
    case provisional, initial, final, special
    /// The n-th revision, from 1.
    case revised(Int)

    /// `provisional`, `initial`, `revised-1` …, `final`, `special`.
    package init?(_ text: String) {
        switch text {
        case "provisional": self = .provisional
        case "initial": self = .initial
        case "final": self = .final
        case "special": self = .special
        default:
            guard text.hasPrefix("revised-"), let number = Int(text.dropFirst(8)), number > 0 else { return nil }
            self = .revised(number)
        }
    }

    package var description: String {
        switch self {
        case .provisional: "provisional"
        case .initial: "initial"
        case .final: "final"
        case .special: "special"
        case .revised(let number): "revised-\(number)"
        }
    }

    package var name: BilingualName {
        switch self {
        case .provisional: BilingualName(chinese: "预核算", english: "provisional")
        case .initial: BilingualName(chinese: "初核", english: "initial")
        case .final: BilingualName(chinese: "终核（核定）", english: "final")
        case .special: BilingualName(chinese: "专项", english: "special")
        case .revised(let number): BilingualName(chinese: "复核第\(number)次", english: "revised \(number)")
        }
    }
}

/// What a run comes to. There is no third way, and none that owes nothing by default.
package enum SettlementOutcome: Sendable {
    case settled(Settled)
    case notSettled([Obstacle])
}

/// The amounts of a run that could settle.
package struct Settled: Sendable {
    /// Gross, in the order of the agreement; empty when the branch taken says that nothing is owed.
    package let lines: [SettlementLine]
    /// What each party receives (positive) or gives (negative) in all, in the order of the agreement, ledger by ledger.
    package let net: [NetPosition]
    /// The transfers that clear: by the agreement's netting rule, or where only one party gives or only one receives.
    package let transfers: [NetTransfer]
    /// One balanced entry for each line.
    package let postings: [JournalEntry]
}

/// An amount from one party to another (明细).
package struct SettlementLine: Hashable, Sendable {
    package let number: Int
    /// The payment or split of the agreement it comes from.
    package let name: String
    package let payer: String
    package let payee: String
    package let money: Money
    /// In units of the currency, before any rounding.
    package let exact: Fraction
    package let clause: String
    /// `half-up, 1 万元 (clause)`, empty when the clause writes no rounding.
    package let rounding: String
    /// From a payment; a split's portions may be nothing.
    package let isPayment: Bool
}

/// What one party receives (positive) or gives (negative) in all.
package struct NetPosition: Hashable, Sendable {
    package let party: String
    package let money: Money
}

/// One transfer that clears net positions.
package struct NetTransfer: Hashable, Sendable {
    package let payer: String
    package let payee: String
    package let money: Money
}

/// A figure that entered the run, or the reason it did not.
package struct SettlementInput: Sendable {
    package let request: InputRequest
    package let result: InputResult

    package var value: InputValue? {
        if case .value(let value) = result { return value }
        return nil
    }
}

/// What the agreement says of a section over the period.
package struct SettlementVerdict: Hashable, Sendable {
    package let name: String
    package let section: String?
    package let verdict: AssessmentVerdict
    /// The comparison as decided, or why there is none.
    package let reason: String
    package let clause: String
}

/// A member an exemption holds for (豁免、否决): listed in every statement.
package struct SettlementExemption: Hashable, Sendable {
    /// `dry[s1]`.
    package let name: String
    /// The condition with its values.
    package let reason: String
    package let clause: String
}

/// Why a run has no amounts: what is lacking, why, and what must be supplied.
package struct Obstacle: Hashable, Sendable, CustomStringConvertible {
    package enum Kind: String, Sendable, CaseIterable {
        case blankParameter = "blank-parameter"
        case outsideValidity = "outside-validity"
        case wrongPeriod = "wrong-period"
        case missingInput = "missing-input"
        case notAssessable = "not-assessable"
        case disputedInput = "disputed-input"
        case incompleteData = "incomplete-data"
        case notReviewed = "not-reviewed"
        case held
        case wrongUnit = "wrong-unit"
        case wrongValue = "wrong-value"
        case noBranch = "no-branch"
        case negativeAmount = "negative-amount"
        case unroundedAmount = "unrounded-amount"
        case computation
        case unbalanced
    }

    package let kind: Kind
    /// The input, constant, formula or payment.
    package let item: String
    /// The section, empty when none is meant.
    package let section: String
    package let why: String
    /// What must be supplied or decided, and by whom.
    package let needed: String

    package init(_ kind: Kind, item: String, section: String = "", why: String, needed: String) {
        self.kind = kind
        self.item = item
        self.section = section
        self.why = why
        self.needed = needed
    }

    package var description: String {
        let place = section.isEmpty ? item : "\(item) @ \(section)"
        return "\(place): \(why) [\(kind.rawValue)] \(needed)"
    }
}
