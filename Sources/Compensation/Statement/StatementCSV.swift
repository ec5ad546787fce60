// A statement's lines as CSV for spreadsheets and ledgers: one row a line, decimals as they are, no grouping.

internal import Accounting
internal import Monitoring

extension Statement {
    /// Header and one row for each line, RFC 4180, UTF-8 without a byte order mark.
    ///
    /// Columns: run, agreement, agreement_digest, period_from, period_until (excluded), kind, example, line, payment,
    /// payer, payee, amount, currency, clause, rounding.
    package var csv: String {
        let columns = [
            "run", "agreement", "agreement_digest", "period_from", "period_until", "kind", "example", "line", "payment",
            "payer", "payee", "amount", "currency", "clause", "rounding",
        ]
        var text = columns.joined(separator: ",") + "\r\n"
        for line in settled.lines {
            let cells = [
                run.id, guarded(run.agreement), run.agreementDigest, "\(run.period.from)", "\(run.period.until)",
                "\(run.kind)", run.isExample ? "true" : "false", "\(line.number)", guarded(line.name),
                guarded(line.payer), guarded(line.payee), line.money.plainText, line.money.currency.code,
                guarded(line.clause), guarded(line.rounding),
            ]
            text += cells.map(quoted).joined(separator: ",") + "\r\n"
        }
        return text
    }
}

/// A text cell that a spreadsheet must not read as a formula gets an apostrophe; amounts are never touched.
private func guarded(_ text: String) -> String {
    guard let first = text.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first) else { return text }
    return "'" + text
}

private func quoted(_ cell: String) -> String {
    guard cell.unicodeScalars.contains(where: { "\",\r\n".unicodeScalars.contains($0) }) else { return cell }
    return "\"" + cell.replacing("\"", with: "\"\"") + "\""
}
