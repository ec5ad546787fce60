// `tributary query` on the node: beside its other work, one query at a time.

import Dispatch
import Monitoring
import Storage
import Web

extension Node {
    /// A query may take seconds; batches do not wait for it.
    private static let queries = DispatchQueue(label: "tributary.query")

    nonisolated func performQuery(_ sql: String, limit: Int, _ format: OutputFormat) async throws -> CommandReply {
        guard QueryLimits.rowCountRange.contains(limit) else {
            throw CommandFailure(
                status: ExitStatus.usage,
                message: "--limit \(limit) is not between 1 and \(QueryLimits.rowCountRange.upperBound).")
        }
        let book = book
        do {
            return try await withCheckedThrowingContinuation { waiting in
                Self.queries.async {
                    waiting.resume(
                        with: Result {
                            Self.reply(try book.query(sql, limits: QueryLimits(rowCount: limit)), limit, format)
                        })
                }
            }
        } catch let problem as BookProblem where problem.code == .query {
            throw CommandFailure(status: ExitStatus.inputUnusable, message: problem.description)
        }
    }

    private static func reply(_ answer: QueryAnswer, _ limit: Int, _ format: OutputFormat) -> CommandReply {
        let output = answer.text(format)
        guard answer.isCut else { return .done(output) }
        return CommandReply(
            exitCode: Int(ExitStatus.needsAttention), standardOutput: output,
            standardError: "tributary: there are more than \(limit) rows; the rest is not shown. Raise --limit, or ask "
                + "for less.\n")
    }
}

extension QueryAnswer {
    fileprivate func text(_ format: OutputFormat) -> String {
        switch format {
        case .csv:
            let lines = [columns.map(csvField)] + rows.map { $0.map(\.csvField) }
            return lines.map { $0.joined(separator: ",") + "\n" }.joined()
        case .json:
            return rows.map { row in
                let members = Dictionary(uniqueKeysWithValues: zip(columns, row.map(\.json)))
                return CanonicalJSON.object(members).text() + "\n"
            }.joined()
        case .text: return Node.render(rows.map { Array(zip(columns, $0.map(\.text))) }, .text)
        }
    }
}

extension QueryValue {
    /// As `dump` prints it: nothing for NULL, bytes as hexadecimal digits.
    fileprivate var text: String {
        switch self {
        case .null: ""
        case .integer(let number): String(number)
        case .real(let number): String(number)
        case .text(let text): text
        case .blob(let bytes): bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }

    /// Only texts can be formulas.
    fileprivate var csvField: String {
        if case .text(let text) = self { tributary.csvField(text) } else { text }
    }

    fileprivate var json: CanonicalJSON {
        switch self {
        case .null: .null
        case .integer(let number): .integer(number)
        case .real(let number): number.isFinite ? .number(String(number)) : .string(String(number))
        case .text, .blob: .string(text)
        }
    }
}
