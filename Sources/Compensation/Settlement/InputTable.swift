// Figures from a person's table (CSV): an auditor settles a published notice with it, without a data folder.

package import Exact
package import Monitoring

/// A table of inputs for one agreement: `name,party,section,period,value,unit`.
///
/// `name` is the input's name. Where it has a value for each party, section or month, the columns party, section and
/// period say which; other members stand in brackets behind the name (`c[codmn]`). All members may stand in brackets
/// instead (`c[s1][codmn]`). Cells may be quoted.
package enum InputTable {
    package static let header = "name,party,section,period,value,unit"
    /// An agreement asks for dozens of figures, not for observations.
    package static let rowLimit = 10_000

    /// The table to fill in: one row for each figure of `agreement`, without values.
    package static func template(for agreement: Agreement) -> String {
        var text = header + "\n"
        for input in agreement.inputs {
            for key in keys(of: input, in: agreement) {
                let (party, section, month, rest) = columns(of: key, input, agreement)
                let name = input.name + rest.map { "[\($0)]" }.joined()
                text += "\(name),\(party),\(section),\(month),,\(input.unit.symbol)\n"
            }
        }
        return text
    }

    /// The figures of `text`, or every problem with its line.
    ///
    /// - Parameter skipsOthers: whether rows of inputs the agreement does not ask for are passed over, as when one
    ///   table serves two texts; otherwise they are problems.
    /// - Parameter statement: what the person who gives the table states of its figures.
    package static func read(
        _ text: String, file: String, for agreement: Agreement, period: SettlementPeriod, skipsOthers: Bool = false,
        statement: ReviewStatement? = nil
    ) -> (source: TableInputSource?, problems: [Problem]) {
        var reading = InputTableReading(file: file, agreement: agreement, period: period)
        reading.skipsOthers = skipsOthers
        // Not by its path: the same table gives the same run wherever it lies.
        let document = "输入表 table sha256:\(sha256Hexadecimal(text))"
        let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
        reading.checkHeader(lines.first.map(String.init) ?? "")
        if lines.count > rowLimit {
            reading.report(
                rowLimit, "The table has more than \(rowLimit) rows.", "Give only the figures the agreement asks for.")
            return (nil, reading.problems)
        }
        for (index, line) in lines.enumerated().dropFirst() where !line.isEmpty {
            reading.readRow(cells(of: line), line: index + 1)
        }
        guard reading.problems.isEmpty else { return (nil, reading.problems) }
        return (TableInputSource(reading.values, document: document, isTyped: true, statement: statement), [])
    }

    /// The figures of a table without their source, for what-if; empty when the table has problems.
    package static func figures(
        _ text: String, file: String, for agreement: Agreement, period: SettlementPeriod
    ) -> [InputKey: (value: Fraction, unit: UnitOfMeasure)] {
        var reading = InputTableReading(file: file, agreement: agreement, period: period)
        for (index, line) in text.split(whereSeparator: \.isNewline).enumerated().dropFirst() {
            reading.readRow(cells(of: line), line: index + 1)
        }
        return reading.problems.isEmpty ? reading.values : [:]
    }

    /// The rows of a table of many periods that are of `period`, or of none.
    ///
    /// A row of what `agreement` takes over names the period before and belongs to the one after it.
    package static func rows(_ text: String, of period: SettlementPeriod, for agreement: Agreement) -> String {
        let earlier = Set(agreement.inputs.filter { $0.carried != nil }.map(\.name))
        let lines = text.split(whereSeparator: \.isNewline)
        let kept = lines.dropFirst().filter { line in
            let row = cells(of: line)
            guard row.count == 6, !row[3].isEmpty, let found = SettlementPeriod(parsing: row[3]) else { return true }
            if earlier.contains(String(row[0].prefix { $0 != "[" })), let next = found.next {
                return period.from <= next.from && next.until <= period.until
            }
            return period.from <= found.from && found.until <= period.until
        }
        return ((lines.first.map { [$0] } ?? []) + kept).joined(separator: "\n") + "\n"
    }

    /// The period a table is for, when all rows that name one name the same; for an agreement without months in it.
    package static func period(of text: String) -> SettlementPeriod? {
        let found = Set(
            text.split(whereSeparator: \.isNewline).dropFirst().compactMap { line -> String? in
                let row = cells(of: line)
                return row.count == 6 && !row[3].isEmpty ? row[3] : nil
            })
        return found.count == 1 ? found.first.flatMap(SettlementPeriod.init(parsing:)) : nil
    }

    /// The cells of one line; a quoted one may hold commas, its quotes doubled.
    static func cells(of line: Substring) -> [String] {
        var cells: [String] = []
        var cell = ""
        var isQuoted = false
        var isClosed = false
        for character in line {
            if isQuoted {
                if character == "\"" { (isQuoted, isClosed) = (false, true) } else { cell.append(character) }
            } else if character == "\"", cell.isEmpty || isClosed {
                if isClosed { cell.append("\"") }
                (isQuoted, isClosed) = (true, false)
            } else if character == "," {
                cells.append(cell)
                (cell, isClosed) = ("", false)
            } else {
                cell.append(character)
            }
        }
        return cells + [cell]
    }

    static func keys(of input: AgreementInput, in agreement: Agreement) -> [InputKey] {
        agreement.scope.combinations(of: input.sets).map { InputKey(name: input.name, members: $0) }
    }

    /// Where the members of a key stand in a row: party, section, month, and those left for the brackets.
    static func columns(
        of key: InputKey, _ input: AgreementInput, _ agreement: Agreement
    ) -> (party: String, section: String, month: String, rest: [String]) {
        var (party, section, month) = (input.party ?? "", input.section ?? "", "")
        var rest: [String] = []
        var taken: Set<String> = []
        for (set, member) in zip(input.sets, key.members) {
            let scope = agreement.scope
            let kind = ["parties", "sections", "months"].first { scope.isSubset(set, of: $0) && !taken.contains($0) }
            switch kind {
            case "parties": party = member
            case "sections": section = member
            case "months": month = member
            default: rest.append(member)
            }
            if let kind { taken.insert(kind) }
        }
        return (party, section, month, rest)
    }
}

/// Rows of one table on their way in.
private struct InputTableReading {
    let file: String
    let agreement: Agreement
    let period: SettlementPeriod
    let inputs: [String: AgreementInput]
    var values: [InputKey: (value: Fraction, unit: UnitOfMeasure)] = [:]
    var problems: [Problem] = []
    var skipsOthers = false

    init(file: String, agreement: Agreement, period: SettlementPeriod) {
        self.file = file
        self.agreement = agreement
        self.period = period
        inputs = Dictionary(agreement.inputs.map { ($0.name, $0) }) { first, _ in first }
    }

    mutating func report(_ line: Int, _ message: String, _ remedy: String) {
        problems.append(Problem(check: "inputs.row", file: file, line: line, message: message, remedy: remedy))
    }

    mutating func checkHeader(_ line: String) {
        let bare = line.hasPrefix("\u{FEFF}") ? String(line.dropFirst()) : line
        if bare != InputTable.header {
            report(1, "The first line is not the header of an input table.", "Begin with \(InputTable.header).")
        }
    }

    mutating func readRow(_ cells: [String], line: Int) {
        guard cells.count == 6 else {
            report(
                line, "The row has \(cells.count) cells instead of 6.",
                "The decimal mark is a point; a cell that holds a comma stands in quotes.")
            return
        }
        guard let (input, brackets) = input(named: cells[0], line: line),
            let key = key(of: input, brackets, cells, line: line), checkPlace(cells, input, key, line: line)
        else { return }
        let digits = cells[4].drop { $0 == "-" || $0 == "+" }
        if digits.count > 1, digits.first == "0", digits.dropFirst().first?.isNumber == true {
            report(
                line, "“\(cells[4])” begins with a zero: some programs read it as octal.",
                "Write it without the leading zero.")
            return
        }
        guard let value = Fraction(cells[4]) else {
            report(
                line, cells[4].isEmpty ? "“\(cells[0])” has no value." : "“\(cells[4])” is not a number.",
                remedy(cells[4]))
            return
        }
        guard let unit = cells[5].isEmpty ? input.unit : try? UnitOfMeasure(parsing: cells[5]) else {
            report(line, "“\(cells[5])” is not a unit.", "Write \(input.unit.symbol), or leave it empty.")
            return
        }
        if values.updateValue((value, unit), forKey: key) != nil {
            report(line, "“\(key)” stands twice.", "Keep one of the two rows.")
        }
    }

    private func remedy(_ cell: String) -> String {
        if cell.hasSuffix("%") { return "Write 0.35 for 35%, or 35 with the unit % in the last column." }
        if cell.contains(",") { return "The decimal mark is a point and there are no thousands separators." }
        return "Write a number such as 0.673, or a ratio such as 2/3."
    }

    /// The input and the members in brackets behind its name: `c[s1, codmn]` or `c[s1][codmn]`.
    private mutating func input(named cell: String, line: Int) -> (AgreementInput, [String])? {
        let bare = String(cell.prefix { $0 != "[" })
        let brackets = cell.dropFirst(bare.count).split { "[], ".contains($0) }.map(String.init)
        if let input = inputs[bare] { return (input, brackets) }
        if skipsOthers { return nil }
        let near = nearest(to: bare, among: inputs.keys.sorted()).map { "Did you mean “\($0)”?" }
        report(
            line, "The agreement asks for no “\(cell)”.",
            near ?? "Use \(inputs.keys.sorted().joined(separator: ", ")).")
        return nil
    }

    /// The members of a row: from the brackets, or from the columns where the brackets leave them out.
    private mutating func key(
        of input: AgreementInput, _ brackets: [String], _ cells: [String], line: Int
    ) -> InputKey? {
        var members: [String] = []
        if brackets.count == input.sets.count {
            members = brackets
        } else {
            let columns = input.sets.map { column(of: $0, cells) }
            // Brackets name what no cell names; when they are too few, first what no column could name.
            let isShort = brackets.count < columns.count { $0?.isEmpty ?? true }
            var rest = brackets[...]
            for cell in columns {
                if let cell, isShort || !cell.isEmpty {
                    members.append(cell)
                } else {
                    members.append(rest.popFirst() ?? "")
                }
            }
            members.append(contentsOf: rest)
        }
        for (set, member) in zip(input.sets, members) where agreement.scope.sets[set]?.contains(member) != true {
            let known = agreement.scope.sets[set] ?? []
            let near = nearest(to: member, among: known).map { "Did you mean “\($0)”?" }
            report(
                line,
                member.isEmpty
                    ? "“\(cells[0])” does not say which of \(set) it is for." : "“\(member)” is no member of \(set).",
                near ?? "Use one of \(known.prefix(12).joined(separator: ", ")).")
            return nil
        }
        guard members.count == input.sets.count else {
            report(
                line, "“\(cells[0])” names more members than the input has.",
                "Write \(input.name) and its members once.")
            return nil
        }
        return InputKey(name: input.name, members: members)
    }

    /// The cell that may name a member of `set`; `nil` for a set without a column.
    private func column(of set: String, _ cells: [String]) -> String? {
        let scope = agreement.scope
        if scope.isSubset(set, of: "parties") { return cells[1] }
        if scope.isSubset(set, of: "sections") { return cells[2] }
        return scope.isSubset(set, of: "months") ? month(cells[3]) : nil
    }

    /// A month by its name in formulas (`m03`) or as a period (`2025-03`).
    private func month(_ cell: String) -> String {
        guard let asked = SettlementPeriod(parsing: cell), let place = period.months.firstIndex(of: asked) else {
            return cell
        }
        return agreement.scope.sets["months"]?[place] ?? cell
    }

    /// Party, section and period that a row repeats must be those of the input and the run.
    private mutating func checkPlace(
        _ cells: [String], _ input: AgreementInput, _ key: InputKey, line: Int
    ) -> Bool {
        let stands = InputTable.columns(of: key, input, agreement)
        let stated = [(cells[1], stands.party, "party"), (cells[2], stands.section, "section")]
        for (cell, expected, what) in stated where !cell.isEmpty && cell != expected {
            report(
                line,
                expected.isEmpty
                    ? "“\(cells[0])” belongs to no \(what), so not to “\(cell)”."
                    : "“\(cells[0])” belongs to \(what) “\(expected)”, not “\(cell)”.",
                "Correct the \(what) or leave it empty.")
            return false
        }
        guard !cells[3].isEmpty, stands.month.isEmpty else { return true }
        let isEarlier = input.measure == .previousPeriodMean || input.measure == .previousResult
        let asked = isEarlier ? period.previous : period
        if SettlementPeriod(parsing: cells[3]) == asked { return true }
        report(
            line, "The figure is for \(cells[3]), not for \(asked?.description ?? "this period").",
            "Give the figure of the period that is settled, or leave the cell empty.")
        return false
    }
}
