// What a check of an instrument came to; the limit is data, and no conformity with a text we have not read is claimed.

package import Exact
package import Monitoring

extension InstrumentRecord {
    package enum Outcome: String, Sendable {
        case passed
        case failed
        /// A number that the formula needs is not there.
        case incomplete
    }

    /// Passed, failed, or neither for want of a number. Exact; a limit of the record goes before the rule's.
    ///
    /// - Source: the formulas for zero, span and drift are those in use on platforms of surface-water stations
    ///   (reference `wq_auto.md` section 3, mark B); their limits differ from source to source and are therefore data.
    package func outcome(_ rule: InstrumentRule?) -> Outcome {
        guard let result, let bound = limit ?? rule?.limit else { return .incomplete }
        let (value, limit) = (Fraction(result), Fraction(bound))
        switch kind {
        case .linearity: return value >= limit ? .passed : .failed
        case .spikeRecovery:
            guard let upper = upperLimit ?? rule?.upperLimit else { return .incomplete }
            return value >= limit && value <= Fraction(upper) ? .passed : .failed
        case .zero, .span, .zeroDrift, .spanDrift, .standardSample, .comparison:
            guard let reference else { return .incomplete }
            let distance = (value - Fraction(reference)).magnitude
            guard let allowed = allowed(limit, reference) else { return .incomplete }
            return distance <= allowed ? .passed : .failed
        }
    }

    private func allowed(_ limit: Fraction, _ reference: ExactDecimal) -> Fraction? {
        switch kind {
        case .zeroDrift, .spanDrift: return span.map { limit * Fraction($0).magnitude }
        case .span, .standardSample, .comparison: return limit * Fraction(reference).magnitude
        default: return limit
        }
    }
}

/// Which checks of its instrument a parameter needs, how often, and with which limits.
package struct InstrumentRule: Hashable, Sendable {
    package let kind: InstrumentRecord.Kind
    package let parameter: ParameterID
    /// `nil`: each record has to say it.
    package let limit: ExactDecimal?
    /// For recoveries.
    package let upperLimit: ExactDecimal?
    /// After this long without a record a reading is not tested; `nil`: a pass holds until the next record.
    package let every: Duration64?
    /// Where the numbers come from, or the word `example`.
    package let source: String

    package init(
        kind: InstrumentRecord.Kind, parameter: ParameterID, limit: ExactDecimal?, upperLimit: ExactDecimal?,
        every: Duration64?, source: String
    ) {
        self.kind = kind
        self.parameter = parameter
        self.limit = limit
        self.upperLimit = upperLimit
        self.every = every
        self.source = source
    }
}
