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
    /// The civil period of the figure; for a previous-period mean already the period before.
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

    package init(
        value: Fraction, unit: UnitOfMeasure, share: Fraction?, evidence: InputEvidence,
        substitutions: [Substitution] = []
    ) {
        self.value = value
        self.unit = unit
        self.share = share
        self.evidence = evidence
        self.substitutions = substitutions
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

    package init(series: [String], interval: Interval?, count: Int?, expectedCount: Int?, digest: String) {
        self.series = series
        self.interval = interval
        self.count = count
        self.expectedCount = expectedCount
        self.digest = digest
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
    package init(_ values: [InputKey: (value: Fraction, unit: UnitOfMeasure)], document: String) {
        let evidence = InputEvidence(series: [document], interval: nil, count: nil, expectedCount: nil, digest: "")
        results = values.mapValues {
            .value(InputValue(value: $0.value, unit: $0.unit, share: nil, evidence: evidence))
        }
    }

    package func value(for request: InputRequest) -> InputResult {
        results[request.key] ?? .missing("The table has no value for \(request.key).")
    }
}
