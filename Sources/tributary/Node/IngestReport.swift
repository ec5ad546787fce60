// What `tributary ingest` prints: a line a file, and the sums over all of them.

import Exact
import Formats
import Monitoring
import Storage

/// A sum of decimals without rounding: one integer for each power of ten.
struct ExactSum: Codable, Sendable {
    private var mantissas = [Int128](repeating: 0, count: ExactDecimal.exponentRange.count)

    /// Mantissas whose sum over a block stays an `Int64`: below 2⁴⁰ each, of at most 2²² rows.
    private static let narrowBits: UInt64 = 1 << 40 - 1
    private static let narrowRows = 1 << 22

    /// Adds a block's values.
    ///
    /// - Returns: how many values there were.
    mutating func add(_ block: ObservationBlock) -> Int {
        // Read once: a call into another module otherwise, for every row.
        let missing = Qualifier.missing.rawValue
        let lowest = ExactDecimal.exponentRange.lowerBound
        var signs: UInt8 = 0
        for qualifier in block.qualifier { signs |= qualifier }
        let missingCount =
            signs == Qualifier.none.rawValue ? 0 : block.qualifier.reduce(into: 0) { $0 += $1 == missing ? 1 : 0 }
        mantissas.withUnsafeMutableBufferPointer { sums in
            block.mantissa.withUnsafeBufferPointer { mantissa in
                block.exponent.withUnsafeBufferPointer { exponent in
                    // A row without a value carries no digits: it adds nothing.
                    if mantissa.count > Self.narrowRows
                        || !Self.addNarrow(mantissa, exponent, lowest: lowest, to: sums)
                    {
                        for row in 0..<mantissa.count { sums[Int(exponent[row]) - lowest] += Int128(mantissa[row]) }
                    }
                }
            }
        }
        return block.count - missingCount
    }

    /// The everyday numbers in words of 64 bits; `false`, and nothing added, where one is too great for that.
    private static func addNarrow(
        _ mantissa: UnsafeBufferPointer<Int64>, _ exponent: UnsafeBufferPointer<Int8>, lowest: Int,
        to sums: UnsafeMutableBufferPointer<Int128>
    ) -> Bool {
        withUnsafeTemporaryAllocation(of: Int64.self, capacity: sums.count) { narrow in
            narrow.initialize(repeating: 0)
            var bits: UInt64 = 0
            for row in 0..<mantissa.count {
                let digits = mantissa[row]
                bits |= digits.magnitude
                narrow[Int(exponent[row]) &- lowest] &+= digits
            }
            if bits > narrowBits { return false }
            for power in 0..<sums.count { sums[power] += Int128(narrow[power]) }
            return true
        }
    }

    /// One text for each power of ten: JSON numbers are read as floating point.
    init(from decoder: any Decoder) throws {
        let texts = try decoder.singleValueContainer().decode([String].self)
        let read = texts.compactMap { Int128($0) }
        guard read.count == mantissas.count, texts.count == read.count else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "a sum of decimals"))
        }
        mantissas = read
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(mantissas.map(\.description))
    }

    init() {}

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
struct IngestTotal: Codable, Sendable {
    /// Files with a receipt.
    var files = 0
    var rows = 0
    var values = 0
    var sum = ExactSum()
    var accepted = 0
    var duplicate = 0
    var conflict = 0
    var rejected = 0
    var quarantined = 0
    /// Files of which nothing, or not all, could be read, now or when they first came.
    var refused = 0
    /// Files that could not be opened; they have no receipt.
    var unreadable = 0

    mutating func add(_ outcome: IngestOutcome) {
        let receipt = outcome.receipt
        files += 1
        rows += receipt.rowCount
        values += outcome.valueCount
        sum.add(outcome.valueSum)
        if outcome.refusal != nil { refused += 1 }
        if outcome.isRepeat {
            // The batch was counted when it first came: now all of it is a duplicate.
            duplicate += receipt.counts.accepted + receipt.counts.duplicate + receipt.counts.conflict
            return
        }
        accepted += receipt.counts.accepted
        duplicate += receipt.counts.duplicate
        conflict += receipt.counts.conflict
        rejected += receipt.counts.rejected
        quarantined += receipt.counts.quarantined
    }

    mutating func add(_ other: IngestTotal) {
        files += other.files
        rows += other.rows
        values += other.values
        sum.add(other.sum)
        accepted += other.accepted
        duplicate += other.duplicate
        conflict += other.conflict
        rejected += other.rejected
        quarantined += other.quarantined
        refused += other.refused
        unreadable += other.unreadable
    }

    /// The exit code of a command that ends with these sums.
    var status: Int32 {
        if files == 0, unreadable > 0 { return ExitStatus.inputUnusable }
        return refused == 0 && unreadable == 0 ? ExitStatus.done : ExitStatus.needsAttention
    }

    func line(_ format: OutputFormat) -> String {
        let fields: [(String, String)] = [
            ("files", String(files)), ("rows", String(rows)), ("nonnull", String(values)), ("value_sum", sum.text),
            ("accepted", String(accepted)), ("duplicate", String(duplicate)), ("conflict", String(conflict)),
            ("rejected", String(rejected)), ("quarantined", String(quarantined)), ("refused", String(refused)),
            ("unreadable", String(unreadable)),
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
