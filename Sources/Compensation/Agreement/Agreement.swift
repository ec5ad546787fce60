// The terms between regions (补偿协议) as values: what a file under stations/**/agreements/ says once it is read.

package import Accounting
package import Assessment
package import Exact
package import Monitoring

/// Dated terms between regions, read from one file.
package struct Agreement: Sendable {
    package let id: String
    package let title: BilingualName
    /// Numbers in it are invented for demonstration; every statement made with it says so.
    package let isExample: Bool
    /// Parameters its source does not print are blank, and it cannot settle until somebody fills them.
    package let isTemplate: Bool
    package let document: AgreementDocument
    package let validity: DateSpan
    /// The boundary in the registry whose sections it names, `nil` when none is registered.
    package let boundary: String?
    package let currency: Currency
    /// The civil calendar its periods are cut in.
    package let offset: UTCOffset
    package let periodKind: PeriodKind
    package let parties: [Party]
    package let sections: [AgreementSection]
    package let indicators: [Indicator]
    /// What is owed or divided besides money.
    package let ledgers: [Ledger]
    /// How far the data must have been reviewed, `nil` where the text says nothing.
    package let review: ReviewRule?
    /// What a kind of run asks beyond the rule for missing data.
    package internal(set) var gates: [CompletenessGate]
    /// Which origin counts, in order of precedence (数据来源的优先次序).
    package let evidence: [SeriesOrigin]
    package internal(set) var missingData: MissingDataRule
    /// How means and classes are formed; `nil` where the text says nothing, and then nothing measured settles.
    package let statistics: StatisticTerms?
    package internal(set) var constants: [AgreementConstant]
    package internal(set) var baselines: [AgreementBaseline]
    package internal(set) var inputs: [AgreementInput]
    package internal(set) var exemptions: [AgreementExemption]
    package internal(set) var formulas: [AgreementFormula]
    package internal(set) var controls: [AgreementControl]
    package internal(set) var verdicts: [AgreementVerdict]
    package internal(set) var payments: [AgreementPayment]
    package internal(set) var splits: [AgreementSplit]
    package let netting: NettingRule?
    package internal(set) var windows: [AgreementWindow]
    /// The table working days are counted by, `nil` where the file has none.
    package let workingCalendar: WorkingCalendar?
    package let presumptions: [AgreementPresumption]
    package let examples: [WorkedExample]
    /// The file's name as read, and SHA-256 of its bytes in lower-case hexadecimal.
    package let file: String
    package let digest: String
    /// Required values that stand blank.
    package let blanks: [BlankParameter]

    package internal(set) var scope: ExpressionScope

    package func party(_ id: String) -> Party? { parties.first { $0.id == id } }
    package func section(_ id: String) -> AgreementSection? { sections.first { $0.id == id } }

    /// Whether any figure is measured; an agreement on published figures alone forms no mean.
    package var isMeasured: Bool { inputs.contains { $0.measure.isMeasurement } }
}

/// The signed text an agreement file stands for, and how sure its figures are.
package struct AgreementDocument: Hashable, Sendable {
    package let title: String
    package let number: String
    package let source: String
    package let confidence: Confidence
}

/// How well a figure is known.
package enum Confidence: String, Sendable, CaseIterable {
    /// Official text or notice seen.
    case official = "A"
    /// Press that quotes the agency, confirmed by a second page or by arithmetic.
    case press = "B"
    /// One second-hand page.
    case secondHand = "C"
    /// No page in reach shows it: such a figure is left blank, never shipped.
    case unseen = "D"
    /// Invented for demonstration.
    case example
}

/// The civil spans an agreement settles, from long to short.
package enum PeriodKind: String, Sendable, CaseIterable {
    /// The whole of the agreement's validity, once.
    case span
    case year
    case halfYear = "half-year"
    case quarter, month

    /// `nil` for a span, which is as long as the agreement says.
    var monthCount: Int? {
        switch self {
        case .span: nil
        case .year: 12
        case .halfYear: 6
        case .quarter: 3
        case .month: 1
        }
    }
}

/// A party that can owe or receive, and its part.
package struct Party: Hashable, Sendable {
    package enum Role: String, Sendable, CaseIterable {
        case upstream, downstream, pool, treasury
        case leftBank = "left-bank"
        case rightBank = "right-bank"
        case residual, member
    }

    package let id: String
    package let name: BilingualName
    /// The region in the registry; a pool has none.
    package let region: RegionID?
    package let role: Role
}

/// A section as the agreement names it; `registered` is its id in the registry.
package struct AgreementSection: Hashable, Sendable {
    package let id: String
    package let name: BilingualName
    package let registered: SectionID?
}

/// A parameter the agreement counts.
package struct Indicator: Hashable, Sendable {
    package let parameter: ParameterID
    package let name: BilingualName
}

/// How much of a period must be measured, and what happens otherwise: the run stops, nothing else is built in.
package struct MissingDataRule: Sendable {
    /// Least share of the period's expected values, and of the longest unit's means, 0…1; blank where the text says
    /// nothing. What a day or a month needs on the way is said by `StatisticTerms.Step`.
    package let minimumShare: Fraction?
    package let clause: String
}

/// How the values of a period become one figure. Each switch is named by the agreement; none has a default.
package struct StatisticTerms: Hashable, Sendable {
    /// One step of a mean of means: the mean of a unit, and what it needs to take part.
    package struct Step: Hashable, Sendable {
        package let unit: CivilUnit
        package let needs: Sufficiency
    }

    /// Steps on the way, from short units to long; empty for one mean of all values.
    package let averaging: [Step]
    /// Which quality verdicts take part.
    package let quality: QualityPolicy
    /// What stands for a value below the detection limit.
    package let belowDetection: BelowDetectionRule
    /// How a mean is compared with a class limit.
    package let comparison: LimitComparison
    /// Decimals a mean of pH is rounded to.
    package let phPlaces: Int
    package let clause: String
}

/// A named figure of the agreement: one value, one for each member of its sets, or one by date.
package struct AgreementConstant: Sendable {
    /// A value from a day on.
    package struct Dated: Sendable {
        package let from: CivilDate
        package let value: Fraction
    }

    package let name: String
    package let unit: UnitOfMeasure
    package let sets: [String]
    /// In `unit`; the key of a single value is empty, a blank one is absent.
    package internal(set) var values: [[String]: Fraction]
    /// In the order of their days; empty unless the value changes with time.
    package internal(set) var dated: [Dated]
    /// What its values over the last set must add up to, in `unit`; `nil` where nothing is said.
    package var addsTo: Fraction?
    package let clause: String
    package let source: String
    package let confidence: Confidence
    package let line: Int
    package let column: Int
}

/// A required value that is blank, and who must supply it.
package struct BlankParameter: Hashable, Sendable {
    /// `k0`, or `weight[tn]`.
    package let name: String
    package let clause: String
    package let document: String
    package let line: Int
    package let column: Int

    /// Needed only where values are measured: how means are formed, and how many values they need.
    var concernsMeasuring: Bool { name.hasPrefix("missing-data.") || name.hasPrefix("statistics") }
}

/// A measured or given figure the formulas read.
package struct AgreementInput: Sendable {
    package let name: String
    package let measure: InputMeasure
    package let section: String?
    package let party: String?
    /// The parameter of a mean that is not taken for each indicator.
    package let parameter: ParameterID?
    package let unit: UnitOfMeasure
    package let sets: [String]
    /// What it can be at all; another value stops the run.
    package let range: InputRange
    /// What `--uncertainty` does with it, `nil` where the agreement says nothing.
    package let error: InputError?
    /// What it takes over from the period before, `nil` for every other measure.
    package internal(set) var carried: CarriedResult?
    package let clause: String
}

/// What an input takes over from the run of the period before (结转): the value of one of the agreement's own formulas.
package struct CarriedResult: Sendable {
    /// The name of the formula.
    package let result: String
    /// In the unit of the input, by member: what the first period under this text begins with; empty where it says nothing.
    package internal(set) var opening: [[String]: Fraction]
    package let line: Int
    package let column: Int
}

/// How uncertain a figure is when the odds of branches are drawn.
package enum InputError: Hashable, Sendable {
    /// A flag, a count, a decision: never drawn.
    case fixed
    /// Its own relative standard error, in place of the stated one.
    case relative(Fraction)
}

/// What is asked of the data.
package enum InputMeasure: String, Sendable, CaseIterable {
    /// The mean of an indicator at a section over the period.
    case periodMean = "period-mean"
    /// The same over the period before.
    case previousPeriodMean = "previous-period-mean"
    /// The class of a section over the period, by the means of the indicators, rank 1…6.
    case sectionClass = "section-class"
    /// A figure that a person supplies with its document: a published index, an area, a flow.
    case given
    /// The result of a formula in the run of the period before (上期结转).
    case previousResult = "previous-result"

    /// Whether observations are asked for it: a person's figure and an earlier result are no measurements.
    package var isMeasurement: Bool { self != .given && self != .previousResult }
}

/// One named step of the computation.
package struct AgreementFormula: Sendable {
    package let name: String
    package internal(set) var expression: Expression
    package let unit: UnitOfMeasure
    /// The running variables of a formula written once for each member.
    package let each: [RunningVariable]
    package let clause: String
    package let line: Int
    package let column: Int
}

/// A test that the agreement puts to a section: met when the condition holds.
package struct AgreementVerdict: Sendable {
    package let name: String
    package let section: String?
    package internal(set) var condition: Expression
    package let clause: String
}

/// Who pays whom how much, by the first branch whose condition holds.
package struct AgreementPayment: Sendable {
    package struct Branch: Sendable {
        /// `nil` for the branch that takes what is left.
        package internal(set) var condition: Expression?
        package internal(set) var outcome: Outcome
        package let line: Int
        package let column: Int
    }

    package enum Outcome: Sendable {
        case transfer(Transfer)
        case nothing
        /// The text leaves this case open, in these words; it stops the run.
        case undetermined(String)
    }

    package struct Transfer: Sendable {
        var payer: MemberNode
        var payee: MemberNode
        package internal(set) var amount: Expression
    }

    package let name: String
    package let each: [RunningVariable]
    package internal(set) var branches: [Branch]
    /// A negative amount turns payer and payee round, and nothing is owed at zero.
    package let isSigned: Bool
    package internal(set) var rounding: MoneyRounding?
    package let ledger: Ledger
    package let clause: String
    package let line: Int
    package let column: Int
}

/// Where and how an amount is rounded.
package struct MoneyRounding: Sendable {
    package let rule: RoundingRule
    /// The step in units of the ledger (元): 10 000 for whole 万元.
    package let step: Fraction
    /// The step as written: `1 万元`.
    package let text: String
    package let clause: String
}

/// A total shared by ratio, paid into or out of a pool; one named party takes what rounding leaves.
package struct AgreementSplit: Sendable {
    package enum Direction: String, Sendable, CaseIterable { case contribute, allocate }

    /// Who takes part and with what part of the whole.
    package enum Shares: Sendable {
        case listed([(party: String, ratio: Expression)])
        /// One expression for each member of a set: `d in districts: area[d]`.
        case each(RunningVariable, Expression)
    }

    package let name: String
    package let each: [RunningVariable]
    package internal(set) var direction: Direction
    let pool: MemberNode
    package internal(set) var total: Expression
    package internal(set) var shares: Shares
    package internal(set) var remainder: String
    package internal(set) var rule: RoundingRule
    /// In units of the ledger.
    package internal(set) var step: Fraction
    package let stepText: String
    package let ledger: Ledger
    package let clause: String
    package let line: Int
    package let column: Int
}
