// `tributary receipt` on the node: the signed receipt of a batch, what was not taken of it, and where its bytes lie.

import Formats
import Monitoring
import Storage
import Web

extension Node {
    /// Rows of one reason that the text shows; JSON has them all.
    private static let shownRows = 5

    /// The receipt as it is handed out.
    func signed(_ receipt: Receipt) -> SignedReceipt { receipt.signed(by: nodeKey) }

    func performReceipt(_ reference: String, _ format: OutputFormat) throws -> CommandReply {
        let digest = try batchDigest(reference)
        let (record, rejected, quarantined, admissions, repeats) = try book.read { reader in
            guard let record = try reader.batch(digest) else { preconditionFailure("The batch was found before.") }
            let sequence = record.sequence
            return (
                record,
                RefusedRows(
                    count: record.receipt.counts.rejected,
                    try reader.rejections(ofBatchAt: sequence).map {
                        RefusedRow($0.reason.rawValue, $0.row, $0.field, $0.excerpt, $0.remedy)
                    }),
                RefusedRows(
                    count: record.receipt.counts.quarantined,
                    try reader.quarantined(ofBatchAt: sequence).map {
                        RefusedRow($0.reason, $0.row, $0.field, $0.excerpt, $0.remedy)
                    }), try reader.admissions(of: record), try reader.repeats(ofBatchAt: sequence)
            )
        }
        let fault = archiveFault(record)
        let status = fault == nil ? ExitStatus.done : ExitStatus.needsAttention
        switch format {
        case .csv:
            throw CommandFailure(status: ExitStatus.usage, message: "A receipt is written with --format text or json.")
        case .json:
            let report = CanonicalJSON.object([
                "receipt": signed(record.receipt).json,
                "archive": .object([
                    "path": .string(record.place.path), "offset": .integer(record.place.offset),
                    "byte_count": .integer(record.place.byteCount), "fault": .optional(fault),
                ]),
                "sender": .string(record.sender), "sent_at": record.sentAt.map { .integer($0.milliseconds) } ?? .null,
                "repeats": .array(
                    repeats.map { again in
                        .object([
                            "sender": .string(again.sender), "name": .string(again.name),
                            "received_at": .integer(again.receivedAt.milliseconds),
                            "log_sequence": .integer(again.sequence),
                        ])
                    }), "rejected": rejected.json, "quarantined": quarantined.json,
                "admissions": .array(admissions.map { $0.signed(by: nodeKey).json }),
            ])
            return .done(report.text() + "\n", status: status)
        case .text:
            return .done(
                receiptText(record, archiveFault: fault) + rejected.text("拒收 Rejected", shown: Self.shownRows)
                    + quarantined.text("隔离 Quarantined", shown: Self.shownRows)
                    + repeats.map { again in
                        "又收到 Again: \(again.name) from \(again.sender) on \(again.receivedAt.iso8601(at: .china))\n"
                    }.joined()
                    + admissions.map { "准入 " + Self.line($0) + "\n" }.joined(), status: status)
        }
    }

    func batchDigest(_ reference: String) throws -> Digest256 {
        let digits = reference.lowercased()
        guard (BookReader.digestPrefixMinimum...64).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ byte in
                (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
            })
        else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: "\(reference) is no batch digest: give its 64 hexadecimal digits, or at least the first "
                    + "\(BookReader.digestPrefixMinimum) (`sha256sum FILE` prints them).")
        }
        switch try book.read({ try $0.batches(digestPrefix: digits) }) {
        case .one(let digest): return digest
        case .none:
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: "This node has no batch \(digits): it never acknowledged these bytes.")
        case .several(let found):
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: "\(digits) begins several digests, give more of it: "
                    + found.map { String($0.description.prefix(digits.count + 8)) + "…" }.joined(separator: ", "))
        }
    }

    /// What is wrong with the batch's bytes in the archive, `nil` when they are those that were sent.
    private func archiveFault(_ record: BatchRecord) -> String? {
        do {
            let kept = try book.rawBytes(record.place)
            return sha256(kept) == record.receipt.digest ? nil : "the bytes do not agree with the digest"
        } catch {
            return "\(error)"
        }
    }

    private func receiptText(_ record: BatchRecord, archiveFault: String?) -> String {
        let receipt = record.receipt
        let counts = receipt.counts
        let signed = signed(receipt)
        let place = "\(record.place.path), from byte \(record.place.offset), \(record.place.byteCount) bytes"
        let lines: [(String, String)] = [
            ("批次 batch", receipt.digest.description), ("name", receipt.name), ("sender", record.sender),
            ("state", receipt.state.rawValue), ("sent", record.sentAt?.iso8601(at: .china) ?? "unknown"),
            ("received", receipt.receivedAt.iso8601(at: .china)),
            ("rows", String(receipt.rowCount)), ("accepted", String(counts.accepted)),
            ("duplicate", String(counts.duplicate)), ("conflict", String(counts.conflict)),
            ("rejected", String(counts.rejected)), ("quarantined", String(counts.quarantined)),
            ("log sequence", String(receipt.position.sequence)), ("chain hash", receipt.position.hash.description),
            ("archive", place), ("", archiveFault.map { "FAULT: \($0)" } ?? "the bytes agree with the digest"),
            ("node key", signed.key.description), ("fingerprint", signed.key.fingerprint),
            ("签名 signature", String(signed.signature.prefix(64))), ("", String(signed.signature.suffix(64))),
        ]
        return "回执 Receipt\n"
            + lines.map { "  " + $0.0 + String(repeating: " ", count: max(1, 16 - $0.0.count)) + $0.1 + "\n" }.joined()
    }
}

/// A row that was not taken, for either list.
private struct RefusedRow {
    let reason: String
    let row: Int
    let field: String
    let excerpt: String
    let remedy: String

    init(_ reason: String, _ row: Int, _ field: String, _ excerpt: String, _ remedy: String) {
        self.reason = reason
        self.row = row
        self.field = field
        self.excerpt = excerpt
        self.remedy = remedy
    }
}

/// The rejected or the quarantined rows of a batch, by reason.
private struct RefusedRows {
    let count: Int
    private let keptCount: Int
    private let byReason: [(reason: String, rows: [RefusedRow])]

    init(count: Int, _ rows: [RefusedRow]) {
        self.count = count
        keptCount = rows.count
        byReason = Dictionary(grouping: rows, by: \.reason).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Rows that are in the count alone: beyond the limit of what is kept or listed.
    private var onlyCounted: Int { max(0, count - keptCount) }

    var json: CanonicalJSON {
        .object([
            "count": .integer(count), "only_counted": .integer(onlyCounted),
            "reasons": .array(
                byReason.map { reason, rows in
                    .object([
                        "reason": .string(reason), "count": .integer(rows.count),
                        "rows": .array(
                            rows.map { row in
                                .object([
                                    "row": .integer(row.row), "field": .string(row.field),
                                    "excerpt": .string(row.excerpt), "remedy": .string(row.remedy),
                                ])
                            }),
                    ])
                }),
        ])
    }

    func text(_ title: String, shown: Int) -> String {
        guard count > 0 else { return "" }
        var text = "\(title): \(count)\n"
        for (reason, rows) in byReason {
            text += "  \(reason): \(rows.count)\n"
            for row in rows.prefix(shown) {
                let place = row.row == 0 ? "the document" : "row \(row.row)"
                let field = row.field.isEmpty ? "" : ", \(row.field)"
                let excerpt = row.excerpt.isEmpty ? "" : " “\(row.excerpt)”"
                text += "    \(place)\(field)\(excerpt): \(row.remedy)\n"
            }
            if rows.count > shown { text += "    … \(rows.count - shown) more: --format json\n" }
        }
        if onlyCounted > 0 { text += "  only counted: \(onlyCounted)\n" }
        return text
    }
}

extension SignedReceipt {
    /// The receipt as a value, to stand inside another.
    var json: CanonicalJSON {
        guard let value = CanonicalJSON(reading: text) else { preconditionFailure("A receipt is JSON.") }
        return value
    }
}
