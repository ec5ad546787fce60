// Where a settlement's figures come from: the agreement asks, a source answers with evidence or says why it cannot.

package import Assessment
package import Exact
package import Monitoring

/// Answers the questions of an agreement: stored observations, a table of published figures, a worked example.
package protocol InputSource {
    func value(for request: InputRequest) -> InputResult
}

/// One figure an agreement asks for.
package struct InputRequest: Hashable, Sendable {
    package let key: InputKey
    package let measure: InputMeasure
    /// The section's id in the registry, `nil` when the agreement names it without one or asks for none.
    package let section: SectionID?
    /// The section as the agreement calls it, empty when the figure belongs to none.
    package let sectionName: BilingualName?
    /// The id the agreement gives the section and the party, as a table of inputs names them.
    package let sectionKey: String?
    package let party: String?
    /// The indicator of a mean.
    package let parameter: ParameterID?
    /// All indicators of the agreement: what a class is taken over.
    package let indicators: [ParameterID]
    /// The formula whose result is taken over from the period before, with its members; `nil` for every other measure.
    package let carries: InputKey?
    /// The civil period of the figure; for what is of the period before already that one.
    package let period: SettlementPeriod
    package let offset: UTCOffset
    package let unit: UnitOfMeasure
    /// Which origins count, in order of precedence.
    package let evidence: [SeriesOrigin]
    /// The least share of the period that must be measured; `nil` where the agreement leaves it blank.
    package let minimumShare: Fraction?
    /// How far the data must have been reviewed; `nil` where the agreement says nothing.
    package let review: ReviewState?
    /// How the mean or class is formed; `nil` where the agreement leaves it blank.
    package let statistics: StatisticTerms?
    package let clause: String
}

/// What a source answers. There is no answer that stands for a number nobody has.
package enum InputResult: Sendable {
    case value(InputValue)
    case missing(String)
    case notAssessable(String)
    case disputed(String)
    /// A presumption may come to stand for it, but its time is not over.
    case held(String)
}

/// A figure with where it came from.
package struct InputValue: Sendable {
    package let value: Fraction
    package let unit: UnitOfMeasure
    /// Measured values over expected ones, 0…1; `nil` for a published or given figure.
    package let share: Fraction?
    package let evidence: InputEvidence
    /// Stand-ins used where measurements are missing.
    package let substitutions: [Substitution]
    /// Whether a person typed it, so that nothing shows how much was measured and how far it was reviewed.
    package let isTyped: Bool
    /// What that person states of it instead.
    package let statement: ReviewStatement?

    package init(
        value: Fraction, unit: UnitOfMeasure, share: Fraction?, evidence: InputEvidence,
        substitutions: [Substitution] = [], isTyped: Bool = false, statement: ReviewStatement? = nil
    ) {
        self.value = value
        self.unit = unit
        self.share = share
        self.evidence = evidence
        self.substitutions = substitutions
        self.isTyped = isTyped
        self.statement = statement
    }
}

/// What a person states of typed figures where no data show it (审核声明): how far they were reviewed, and by what document.
package struct ReviewStatement: Hashable, Sendable {
    package let state: ReviewState
    package let document: String

    package init(state: ReviewState, document: String) {
        self.state = state
        self.document = document
    }

    /// `审核声明 stated by a person: reviewed to level2, shares as agreed — …`.
    var text: String {
        "审核声明 stated by a person, shown by no data: reviewed to \(state.rawValue), measured as far as agreed; \(document)"
    }
}

/// The trail from a figure to what was measured.
package struct InputEvidence: Hashable, Sendable {
    /// `SeriesKey.canonicalText` of each series, or the document of a given figure.
    package let series: [String]
    package let interval: Interval?
    /// How many observations entered; `nil` for a given figure.
    package let count: Int?
    package let expectedCount: Int?
    /// The digest of the frozen observations, or of the table the figure stands in; empty when there is none.
    package let digest: String
    /// How many values, days, months took part, and why the others did not; empty for a given figure.
    package let uses: [EvidenceUse]

    package init(
        series: [String], interval: Interval?, count: Int?, expectedCount: Int?, digest: String,
        uses: [EvidenceUse] = []
    ) {
        self.series = series
        self.interval = interval
        self.count = count
        self.expectedCount = expectedCount
        self.digest = digest
        self.uses = uses
    }
}

/// How many parts of one level of a mean took part of those due, and why the others did not.
package struct EvidenceUse: Hashable, Sendable {
    package struct Without: Hashable, Sendable {
        package let reason: BilingualName
        package let count: Int

        package init(_ reason: BilingualName, _ count: Int) {
            self.reason = reason
            self.count = count
        }
    }

    /// `数值 values`, `日 day`, after the indicator where a class is taken over several.
    package let of: String
    package let used: Int
    package let due: Int
    package let without: [Without]

    package init(of: String, used: Int, due: Int, without: [Without]) {
        self.of = of
        self.used = used
        self.due = due
        self.without = without
    }

    /// `数值 values 2066 of 2190 (未收到 not received 104, …)`.
    var text: String {
        let reasons = without.map { "\($0.reason.chinese) \($0.reason.english) \($0.count)" }.joined(separator: ", ")
        return "\(of) \(used) of \(due)" + (reasons.isEmpty ? "" : " (\(reasons))")
    }
}

/// A value used where a measurement is missing (替代), and who agreed to it.
package struct Substitution: Hashable, Sendable {
    package let input: InputKey
    package let series: String
    package let interval: Interval
    package let method: String
    package let reason: String
    package let agreedBy: [String]

    package init(
        input: InputKey, series: String, interval: Interval, method: String, reason: String, agreedBy: [String]
    ) {
        self.input = input
        self.series = series
        self.interval = interval
        self.method = method
        self.reason = reason
        self.agreedBy = agreedBy
    }
}

/// A source that answers from a table: worked examples, an auditor's file of inputs, tests.
package struct TableInputSource: InputSource {
    private let results: [InputKey: InputResult]

    package init(_ results: [InputKey: InputResult]) { self.results = results }

    /// Given figures with their units and the document they stand in.
    ///
    /// - Parameter isTyped: whether a person typed them to settle from; figures of an example or a trial are assumed.
    package init(
        _ values: [InputKey: (value: Fraction, unit: UnitOfMeasure)], document: String, isTyped: Bool = false,
        statement: ReviewStatement? = nil
    ) {
        let evidence = InputEvidence(series: [document], interval: nil, count: nil, expectedCount: nil, digest: "")
        results = values.mapValues {
            .value(
                InputValue(
                    value: $0.value, unit: $0.unit, share: nil, evidence: evidence, isTyped: isTyped,
                    statement: statement))
        }
    }

    package func value(for request: InputRequest) -> InputResult {
        results[request.key] ?? .missing("The table has no value for \(request.key).")
    }
}
