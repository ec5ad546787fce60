// What the book keeps of a run: the statement in each form, byte for byte as issued, and what lists need of it.

import Accounting
import Compensation
import Formats
import Foundation
import Monitoring

/// A settled run as stored: never computed again to be shown.
struct IssuedRun: Codable, Sendable {
    struct Line: Codable, Sendable {
        let payer: [String]
        let payee: [String]
        let amount: String
        let clause: String
    }

    /// One figure that entered, with the trail to what was measured.
    struct Input: Codable, Sendable {
        let name: String
        let series: [String]
        /// ms UTC, half-open; nil for a given figure.
        let from: Int64?
        let until: Int64?
        let count: Int?
        let expected: Int?
        let digest: String
        /// The result of an earlier run it took over, by name; nil for every other figure.
        let carries: String?
    }

    let id: String
    let agreement: String
    /// Chinese, English.
    let title: [String]
    let period: String
    let kind: String
    let kindName: [String]
    let isExample: Bool
    /// The log position the inputs were frozen at.
    let frozenAt: Int64
    let lines: [Line]
    let inputs: [Input]
    let text: String
    let json: String
    let csv: String
    let derivation: String
    /// The tree below each amount; `nil` in a run issued before trees were kept.
    let tree: [DerivationNode]?

    init(_ statement: Statement, frozenAt: Int64) {
        let run = statement.run
        id = run.id
        agreement = run.agreement
        title = [run.title.chinese, run.title.english]
        period = run.period.description
        kind = run.kind.description
        kindName = [run.kind.name.chinese, run.kind.name.english]
        isExample = run.isExample
        self.frozenAt = frozenAt
        let names = Dictionary(run.parties.map { ($0.id, [$0.name.chinese, $0.name.english]) }) { first, _ in first }
        lines = statement.settled.lines.map { line in
            Line(
                payer: names[line.payer] ?? [line.payer, line.payer],
                payee: names[line.payee] ?? [line.payee, line.payee], amount: line.money.description,
                clause: line.clause)
        }
        inputs = run.inputs.map { input in
            let evidence = input.value?.evidence
            return Input(
                name: input.request.key.description, series: evidence?.series ?? [],
                from: evidence?.interval?.start.milliseconds, until: evidence?.interval?.end.milliseconds,
                count: evidence?.count, expected: evidence?.expectedCount, digest: evidence?.digest ?? "",
                carries: input.request.carries?.description)
        }
        text = statement.text
        json = run.json
        csv = statement.csv
        derivation = run.derivationText
        tree = run.derivationTree
    }

    /// The stored bytes: sorted keys, so that equal runs are equal bytes.
    var bytes: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else { preconditionFailure("Texts and integers always encode.") }
        return Array(data)
    }

    init(bytes: [UInt8]) throws { self = try JSONDecoder().decode(IssuedRun.self, from: Data(bytes)) }

    /// The digest of all inputs' digests, in order.
    var inputsDigest: Digest256 {
        sha256(Array(inputs.map { "\($0.name) \($0.digest)\n" }.joined().utf8))
    }
}
