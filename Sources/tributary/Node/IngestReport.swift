// What `tributary ingest` prints: a line a file, and the sums over all of them.

import Exact
import Formats
import Monitoring
import Storage

/// A sum of decimals without rounding: one integer for each power of ten.
struct ExactSum: Sendable {
    private var mantissas = [Int128](repeating: 0, count: ExactDecimal.exponentRange.count)

    /// Adds a block's values.
    ///
    /// - Returns: how many values there were.
    mutating func add(_ block: ObservationBlock) -> Int {
        var count = 0
        mantissas.withUnsafeMutableBufferPointer { sums in
            block.mantissa.withUnsafeBufferPointer { mantissa in
                block.exponent.withUnsafeBufferPointer { exponent in
                    block.qualifier.withUnsafeBufferPointer { qualifier in
                        for row in 0..<mantissa.count where qualifier[row] != Qualifier.missing.rawValue {
                            sums[Int(exponent[row]) - ExactDecimal.exponentRange.lowerBound] += Int128(mantissa[row])
                            count += 1
                        }
                    }
                }
            }
        }
        return count
    }

    mutating func add(_ other: ExactSum) {
        for index in mantissas.indices { mantissas[index] += other.mantissas[index] }
    }

    /// The sum in plain decimal notation.
    var text: String {
        var total = Fraction.zero
        for (index, mantissa) in mantissas.enumerated() where mantissa != 0 {
            let scale = Fraction(ExactDecimal(mantissa: 1, exponent: Int8(index - 18)))
            // Two halves that each fit: a sum of 10¹⁸-size mantissas may leave 64 bits.
            let (high, low) = mantissa.quotientAndRemainder(dividingBy: 1_000_000_000)
            guard let upper = Int(exactly: high) else { return "too large" }
            total += (Fraction(upper) * Fraction(1_000_000_000) + Fraction(Int(low))) * scale
        }
        return total.description
    }
}

/// Sums over the files of one `tributary ingest`.
struct IngestTotal {
    var files = 0
    var rows = 0
    var values = 0
    var sum = ExactSum()
    var counts = ReceiptCounts()
    var refused = 0

    mutating func add(_ outcome: IngestOutcome) {
        let receipt = outcome.receipt
        files += 1
        rows += receipt.rowCount
        values += outcome.valueCount
        sum.add(outcome.valueSum)
        if outcome.isRepeat {
            // The batch was counted when it first came: now all of it is a duplicate.
            counts.duplicate += receipt.counts.accepted + receipt.counts.duplicate + receipt.counts.conflict
            return
        }
        counts.accepted += receipt.counts.accepted
        counts.duplicate += receipt.counts.duplicate
        counts.conflict += receipt.counts.conflict
        counts.rejected += receipt.counts.rejected
        counts.quarantined += receipt.counts.quarantined
        if outcome.refusal != nil { refused += 1 }
    }

    func line(_ format: OutputFormat) -> String {
        let fields: [(String, String)] = [
            ("files", String(files)), ("rows", String(rows)), ("nonnull", String(values)), ("value_sum", sum.text),
            ("accepted", String(counts.accepted)), ("duplicate", String(counts.duplicate)),
            ("conflict", String(counts.conflict)), ("rejected", String(counts.rejected)),
            ("quarantined", String(counts.quarantined)),
        ]
        switch format {
        case .json: return "{" + fields.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}\n"
        case .text: return fields.map { "\($0.0) \($0.1)" }.joined(separator: " · ") + "\n"
        case .csv: return ""
        }
    }
}

extension IngestOutcome {
    static let csvHeader = "name,batch,state,rows,accepted,duplicate,conflict,rejected,quarantined\n"

    /// - Parameter key: signs the receipts of JSON; `nil` leaves them unsigned.
    func line(_ format: OutputFormat, signedBy key: NodeKey? = nil) -> String {
        let counts = receipt.counts
        switch format {
        case .json: return (key.map { receipt.signed(by: $0).text } ?? receipt.body) + "\n"
        case .csv:
            return "\(csvField(receipt.name)),\(digest),\(receipt.state.rawValue),\(receipt.rowCount),"
                + "\(counts.accepted),\(counts.duplicate),\(counts.conflict),\(counts.rejected),"
                + "\(counts.quarantined)\n"
        case .text:
            let what = isRepeat ? "received before, nothing changed" : receipt.state.rawValue
            return "\(receipt.name): \(what); accepted \(counts.accepted), duplicate \(counts.duplicate), "
                + "conflict \(counts.conflict), rejected \(counts.rejected), quarantined \(counts.quarantined)"
                + receipt.documents.map { "; \($0.issuer) \($0.number)" }.joined() + "\n"
        }
    }
}
