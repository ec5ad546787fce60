// What an agreement takes over from the period before: the results of the run on record, by the digest of its statement.

import Compensation
import Exact
import Formats
import Monitoring
import Storage

/// The run of the period before that counts, and its results.
///
/// The one that went furthest counts (final, then revised, initial, provisional), of those the latest. A run rests on none
/// that went less far than itself; a special one, which no run rests on, rests on any.
struct EarlierResults: InputSource {
    private let run: IssuedRun?
    private let digest: Digest256?
    /// Why there is none, where a run stands on record that does not count.
    private let why: String

    init(_ book: Book, of agreement: Agreement, before period: SettlementPeriod, kind: RunKind) throws {
        guard agreement.isChained, let previous = period.previous else {
            (run, digest, why) = (nil, nil, "")
            return
        }
        let span = previous.interval(at: agreement.offset)
        let known = try book.read { try $0.runs(ofAgreement: agreement.id) }.filter { $0.period == span }
        let ranked = known.compactMap { record in
            RunKind(record.kind).map { (record: record, stage: $0.stage) }
        }
        // The list is the latest first, so the first of the furthest is the latest of them.
        guard let best = ranked.max(by: { $0.stage < $1.stage }),
            let latest = ranked.first(where: { $0.stage == best.stage }), latest.stage >= kind.leastStage
        else {
            (run, digest) = (nil, nil)
            why =
                ranked.max { $0.stage < $1.stage }.map {
                    "The run of \(previous) on record, \($0.record.id), is \($0.record.kind); a run of kind "
                        + "\(kind) rests on none that went less far."
                } ?? "No run of \(previous) is on record."
            return
        }
        run = try IssuedRun(bytes: latest.record.payload)
        digest = latest.record.digest
        why = ""
    }

    func value(for request: InputRequest) -> InputResult {
        guard let key = request.carries else { return .missing("“\(request.key)” is taken over from no run.") }
        guard let run, let digest else { return .missing(why) }
        guard let found = run.result(key) else {
            return .missing("The run of \(request.period), \(run.id), has no result “\(key)”.")
        }
        let evidence = InputEvidence(
            series: [
                "上期核算单 statement of \(request.period), \(run.id) (\(run.kindName.joined(separator: " "))), "
                    + "sha256:\(digest)"
            ], interval: nil, count: nil, expectedCount: nil, digest: digest.description)
        return .value(InputValue(value: found.value, unit: found.unit, share: nil, evidence: evidence))
    }
}

extension RunKind {
    /// How far a run went, from provisional on.
    fileprivate var stage: Int {
        switch self {
        case .special: 0
        case .provisional: 1
        case .initial: 2
        case .revised(let number): 2 + number
        case .final: .max
        }
    }

    /// The least stage of the run it rests on.
    fileprivate var leastStage: Int {
        switch self {
        case .special, .provisional: 1
        case .initial, .revised: 2
        case .final: .max
        }
    }
}

extension IssuedRun {
    /// The exact value of a formula, as the statement's JSON has it.
    func result(_ key: InputKey) -> (value: Fraction, unit: UnitOfMeasure)? {
        let steps = CanonicalJSON(reading: json)?["steps"]?.array ?? []
        guard let step = steps.first(where: { $0["name"]?.string == key.description }),
            let value = step["exact"]?.string.flatMap({ Fraction($0) }),
            let unit = step["unit"]?.string.flatMap({ try? UnitOfMeasure(parsing: $0) })
        else { return nil }
        return (value, unit)
    }
}
