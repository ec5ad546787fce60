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

    /// What a window runs from.
    package enum Start: Hashable, Sendable {
        case event(WindowEvent)
        /// The first such day of a year on or after the day the period ends.
        case date(month: Int, day: Int)
    }

    package let name: String
    package internal(set) var from: Start
    /// Zero only from a date: until that day.
    package internal(set) var days: Int
    package let calendar: Calendar
    /// The party whose time it is, `nil` for all of them.
    package let party: String?
    /// The event by which it is kept, `nil` where the text names none: then only its date is known.
    package let keptBy: WindowEvent?
    package let onExpiry: String
    package let clause: String
}

/// What can happen around a settlement, as a table of events names it.
package enum WindowEvent: String, Sendable, CaseIterable {
    /// The end of the period, which needs no record.
    case periodEnd = "period-end"
    case warning, issued, notified, objected, due, paid, accepted, released

    package var name: BilingualName {
        switch self {
        case .periodEnd: BilingualName(chinese: "考核期满", english: "end of the period")
        case .warning: BilingualName(chinese: "预警", english: "warning")
        case .issued: BilingualName(chinese: "出具", english: "issued")
        case .notified: BilingualName(chinese: "送达", english: "notified")
        case .objected: BilingualName(chinese: "提出异议", english: "objected")
        case .due: BilingualName(chinese: "到期应付", english: "due")
        case .paid: BilingualName(chinese: "支付", english: "paid")
        case .accepted: BilingualName(chinese: "认可", english: "accepted")
        case .released: BilingualName(chinese: "签发", english: "released")
        }
    }
}

/// The working days of a span of years (工作日), as a published table of holidays has them.
package struct WorkingCalendar: Hashable, Sendable {
    /// Outside of it nothing is known.
    package let span: DateSpan
    /// Days off that would be working days, and weekend days worked instead.
    package let holidays: Set<CivilDate>
    package let workdays: Set<CivilDate>
    package let document: String
}

/// A value that holds when a given figure has not come within a window (推定).
package struct AgreementPresumption: Sendable {
    package let input: String
    /// The members of the input's sets it holds for; empty for all.
    package let members: [String]
    package let window: String
    /// In the unit of the input.
    package let value: Fraction
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

    /// One figure its value was formed from.
    package struct Sample: Hashable, Sendable {
        /// `nil` where the list names none.
        package let period: SettlementPeriod?
        package let value: Fraction
    }

    package internal(set) var constant: AgreementConstant
    /// What it was measured over, `nil` while that stands blank.
    package let period: SettlementPeriod?
    package let version: String
    /// The samples it was formed from, by member as the values are.
    package let samples: [[String]: [Sample]]
    /// Where the samples can be read when the agreement does not list them; empty when it does.
    package let samplesSource: String
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
