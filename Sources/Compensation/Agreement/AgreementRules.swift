// Terms beside the formulas: ledgers, review, gates, exemptions, control totals, netting, windows, versions of a baseline.

package import Accounting
package import Assessment
package import Exact
package import Monitoring

/// What amounts are counted in: money, or a quantity such as quota or permits, each with its own smallest unit.
package struct Ledger: Hashable, Sendable {
    /// Empty for money.
    package let id: String
    package let name: BilingualName?
    package let unit: UnitOfMeasure
    /// The code and digits its amounts are kept with.
    package let currency: Currency

    package static func money(_ currency: Currency) -> Ledger {
        Ledger(id: "", name: nil, unit: .money(currency.code), currency: currency)
    }
}

/// How far data must have been reviewed before they settle (审核状态).
package struct ReviewRule: Hashable, Sendable {
    package let state: ReviewState
    package let clause: String
}

/// What one kind of run asks of its data.
package struct CompletenessGate: Sendable {
    /// `provisional`, `initial`, `revised`, `final` or `special`.
    package let run: String
    package let minimumShare: Fraction?
    package let review: ReviewState?
    package let clause: String
}

/// A state that takes something out of the ordinary rule (豁免、否决): what it does stands in the formulas.
package struct AgreementExemption: Sendable {
    package let name: String
    package let each: [RunningVariable]
    package internal(set) var condition: Expression
    package let clause: String
    package let line: Int
    package let column: Int
}

/// A control total (勾稽): figures that must agree before anything is issued.
package struct AgreementControl: Sendable {
    package enum Test: Sendable {
        case equal(Expression, Expression, within: Expression?)
        case atMost(Expression, Expression)
        case holds(Expression)
    }

    package let name: String
    package let each: [RunningVariable]
    package internal(set) var test: Test
    /// The unit its amounts are shown in.
    package let unit: UnitOfMeasure
    package let clause: String
    package let line: Int
    package let column: Int
}

/// What becomes of gross lines.
package struct NettingRule: Hashable, Sendable {
    package enum Rule: String, Sendable, CaseIterable { case gross, bilateral, clearing }

    package let rule: Rule
    /// The clearing party.
    package let through: String?
    package let clause: String
}

/// A time somebody has: to object, to pay, to file.
package struct AgreementWindow: Hashable, Sendable {
    package enum Calendar: String, Sendable, CaseIterable { case civil, working }

    package let name: String
    /// The event it runs from.
    package let from: String
    package let days: Int
    package let calendar: Calendar
    package let onExpiry: String
    package let clause: String
}

/// What measured values are compared with (基准值): a versioned object both sides signed.
package struct AgreementBaseline: Sendable {
    package struct Exclusion: Hashable, Sendable {
        package let date: CivilDate
        package let reason: String
    }

    package struct Signature: Hashable, Sendable {
        package let party: String
        package let by: String
        package let date: CivilDate
    }

    package internal(set) var constant: AgreementConstant
    package let period: String
    package let version: String
    /// The samples it was formed from, by member as the values are.
    package let samples: [[String]: [Fraction]]
    package let exclusions: [Exclusion]
    package let signatures: [Signature]
    /// SHA-256 over everything above in a fixed order, lower-case hexadecimal.
    package let digest: String
}

extension ReviewState {
    /// Whether data in this state have been reviewed as far as `wanted`.
    package func reaches(_ wanted: ReviewState) -> Bool {
        let order = Self.allCases
        return (order.firstIndex(of: self) ?? 0) >= (order.firstIndex(of: wanted) ?? 0)
    }
}
