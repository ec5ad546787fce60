// What a check of an instrument came to: zero, span, drift, linearity, standard sample, recovery, comparison. Records
// that people or instruments send; the limit is data, and no conformity with a text we have not read is claimed.

package import Exact
package import Monitoring

/// A check of an instrument against something known (质控记录).
package struct InstrumentRecord: Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        /// 零点核查: |result − reference| ≤ limit, in the parameter's unit.
        case zero
        /// 跨度核查: |result − reference| ≤ limit × |reference|.
        case span
        /// 24 h 零点漂移: |result − reference| ≤ limit × span; the reference is the result a day before.
        case zeroDrift = "zero-drift"
        /// 24 h 跨度漂移: as zero drift.
        case spanDrift = "span-drift"
        /// 多点线性核查: the coefficient of correlation in `result` ≥ limit.
        case linearity
        /// 标准样品核查: as span.
        case standardSample = "standard-sample"
        /// 加标回收: lower limit ≤ the recovered share in `result` ≤ upper limit.
        case spikeRecovery = "spike-recovery"
        /// 比对监测: as span; the reference is the laboratory's or the second instrument's result.
        case comparison
    }

    package enum Outcome: Hashable, Sendable {
        case passed
        case failed
        /// A number that the formula needs is not there.
        case incomplete
    }

    package let kind: Kind
    package let station: StationID
    package let parameter: ParameterID
    package let time: Instant
    package let result: ExactDecimal?
    package let reference: ExactDecimal?
    /// The span of the instrument, for drifts.
    package let span: ExactDecimal?
    /// What the record says itself; else the check set's limit holds.
    package let limit: ExactDecimal?
    package let upperLimit: ExactDecimal?

    package init(
        kind: Kind, station: StationID, parameter: ParameterID, time: Instant, result: ExactDecimal?,
        reference: ExactDecimal? = nil, span: ExactDecimal? = nil, limit: ExactDecimal? = nil,
        upperLimit: ExactDecimal? = nil
    ) {
        self.kind = kind
        self.station = station
        self.parameter = parameter
        self.time = time
        self.result = result
        self.reference = reference
        self.span = span
        self.limit = limit
        self.upperLimit = upperLimit
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
