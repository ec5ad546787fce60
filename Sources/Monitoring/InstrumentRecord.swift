// A check of an instrument against something known: a record that people or instruments send.

package import Exact

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

        package var name: BilingualName {
            switch self {
            case .zero: BilingualName(chinese: "零点核查", english: "zero check")
            case .span: BilingualName(chinese: "跨度核查", english: "span check")
            case .zeroDrift: BilingualName(chinese: "24h零点漂移", english: "24 h zero drift")
            case .spanDrift: BilingualName(chinese: "24h跨度漂移", english: "24 h span drift")
            case .linearity: BilingualName(chinese: "多点线性核查", english: "multi-point linearity")
            case .standardSample: BilingualName(chinese: "标准样品核查", english: "standard sample")
            case .spikeRecovery: BilingualName(chinese: "加标回收", english: "spike recovery")
            case .comparison: BilingualName(chinese: "比对监测", english: "side-by-side comparison")
            }
        }
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
}

/// The records of one document, as somebody filed them.
package struct InstrumentFiling: Hashable, Sendable {
    /// Issuer (出具单位) and number (文号) of the document the records stand in.
    package let document: EvidenceDocument.Name
    package let records: [InstrumentRecord]
    package let person: String
    package let filedAt: Instant

    package init(document: EvidenceDocument.Name, records: [InstrumentRecord], person: String, filedAt: Instant) {
        self.document = document
        self.records = records
        self.person = person
        self.filedAt = filedAt
    }
}

/// A filing on record.
package struct InstrumentFilingRecord: Hashable, Sendable {
    /// `instruments-` and twelve hexadecimal digits, derived from what it says.
    package let id: String
    /// Its place in the log.
    package let sequence: Int64
    package let filing: InstrumentFiling

    package init(id: String, sequence: Int64, filing: InstrumentFiling) {
        self.id = id
        self.sequence = sequence
        self.filing = filing
    }
}
