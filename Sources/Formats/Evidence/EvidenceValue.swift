// What a result cell of evidence says: a value, one below a limit, that there is none and why, or nothing we understand.

internal import Exact
internal import Monitoring

/// A result as a laboratory or a published table writes it.
enum EvidenceValue {
    case value(ExactDecimal, Qualifier)
    /// There is no value; the word that says why, empty for a plain mark.
    case missing(String)
    case invalid(RejectionReason, field: String, remedy: String)
}

/// Reads result cells.
struct EvidenceValueReader {
    private let values: CellValueReader

    /// Words that state why there is no value; they become the observation's flag.
    static let reasons: Set<String> = ["断流", "无水", "干涸", "结冰", "冰封", "未采样", "未监测", "停测", "缺测", "冲毁"]
    /// Words for "below the limit of detection".
    private static let undetected: Set<String> = ["ND", "N.D.", "nd", "n.d.", "未检出", "低于检出限", "<DL", "<MDL"]

    init(missingCodes: Set<String>) { values = CellValueReader(missingCodes: missingCodes) }

    /// Reads `cell` beside its qualifier and the limit of detection, both empty where the table has none.
    ///
    /// `<0.025`, `0.025L` (L: below the limit that stands before it), `ND(0.025)`, and `ND` or `未检出` with a limit in
    /// its own column, all say "below 0.025". Without a limit they say nothing that can be counted, and are refused.
    func read(_ cell: Cell, qualifier: Cell, limit: Cell) -> EvidenceValue {
        let text = Self.plain(cell)
        let sign = Self.plain(qualifier)
        if Self.reasons.contains(text) { return .missing(text) }
        if let stated = Self.limit(inUndetected: text) {
            return below(stated.isEmpty ? Self.plain(limit) : stated)
        }
        switch sign {
        case "": break
        case "<", "＜", "L", "l": return below(text)
        case ">", "＞": return number(">" + text)
        case _ where Self.undetected.contains(sign): return below(text.isEmpty ? Self.plain(limit) : text)
        default:
            return .invalid(
                .unknownFlag, field: "qualifier", remedy: "The qualifier is <, >, L or ND, or the cell is empty.")
        }
        if text.count > 1, text.hasSuffix("L") || text.hasSuffix("l") { return below(String(text.dropLast())) }
        return number(text)
    }

    /// The limit that stands in parentheses or behind `<` after a word for "not detected"; empty when none does.
    private static func limit(inUndetected text: String) -> String? {
        for word in undetected where text.hasPrefix(word) {
            let rest = text.dropFirst(word.count)
            return String(rest.filter { !"()（）<＜L".contains($0) })
        }
        return nil
    }

    private func below(_ limit: String) -> EvidenceValue {
        let bare = limit.drop { $0 == "<" || $0 == "＜" }
        guard !bare.isEmpty else {
            return .invalid(
                .missingField, field: "检出限",
                remedy: "State the limit of detection: 0.025L, <0.025, or a column 检出限 (detection_limit).")
        }
        if case .value(let value, .none) = number(String(bare)), value.mantissa > 0 { return .value(value, .below) }
        return .invalid(
            .notANumber, field: "检出限", remedy: "Write the limit of detection as a number above zero, as in 0.025L.")
    }

    private func number(_ text: String) -> EvidenceValue {
        var bytes = Array(text.replacing("＜", with: "<").replacing("＞", with: ">").utf8)
        let count = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: TextSource.padding))
        return bytes.withUnsafeBufferPointer { buffer in
            switch values.read(Cell(start: buffer.baseAddress!, count: count)) {
            case .value(let value, let qualifier): .value(value, qualifier)
            case .missing: .missing("")
            case .invalid(let reason, let remedy): .invalid(reason, field: "", remedy: remedy)
            }
        }
    }

    /// The cell without blanks around it, those of Chinese text among them.
    private static func plain(_ cell: Cell) -> String {
        let text = cell.text ?? cell.excerpt
        return String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}
