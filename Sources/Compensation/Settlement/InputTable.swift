// Figures from a person's table (CSV): an auditor settles a published notice with it, without a data folder.

internal import Exact
package import Monitoring

/// A table of inputs for one agreement: `name,party,section,period,value,unit`.
///
/// `name` is the input's name, with its indicator in brackets where it has one for each (`c[codmn]`); party, section
/// and period stay empty or repeat what the agreement and the run say.
package enum InputTable {
    package static let header = "name,party,section,period,value,unit"
    /// An agreement asks for dozens of figures, not for observations.
    package static let rowLimit = 10_000

    /// The table to fill in: one row for each figure of `agreement`, without values.
    package static func template(for agreement: Agreement) -> String {
        var text = header + "\n"
        for input in agreement.inputs {
            for key in keys(of: input, in: agreement) {
                text += "\(key),\(input.party ?? ""),\(input.section ?? ""),,,\(input.unit.symbol)\n"
            }
        }
        return text
    }

    /// The figures of `text`, or every problem with its line.
    package static func read(
        _ text: String, file: String, for agreement: Agreement, period: SettlementPeriod
    ) -> (source: TableInputSource?, problems: [Problem]) {
        var reading = InputTableReading(file: file, agreement: agreement, period: period)
        var document = file
        document += " sha256:\(sha256Hexadecimal(text))"
        let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
        reading.checkHeader(lines.first.map(String.init) ?? "")
        if lines.count > rowLimit {
            reading.report(
                rowLimit, "The table has more than \(rowLimit) rows.", "Give only the figures the agreement asks for.")
            return (nil, reading.problems)
        }
        for (index, line) in lines.enumerated().dropFirst() where !line.isEmpty {
            reading.readRow(
                line.split(separator: ",", omittingEmptySubsequences: false).map(String.init), line: index + 1)
        }
        guard reading.problems.isEmpty else { return (nil, reading.problems) }
        return (TableInputSource(reading.values, document: document), [])
    }

    static func keys(of input: AgreementInput, in agreement: Agreement) -> [InputKey] {
        guard input.isIndexed else { return [InputKey(name: input.name)] }
        return agreement.indicators.map { InputKey(name: input.name, indicator: $0.parameter.rawValue) }
    }
}

/// Rows of one table on their way in.
private struct InputTableReading {
    let file: String
    let agreement: Agreement
    let period: SettlementPeriod
    let inputs: [String: (key: InputKey, input: AgreementInput)]
    var values: [InputKey: (value: Fraction, unit: UnitOfMeasure)] = [:]
    var problems: [Problem] = []

    init(file: String, agreement: Agreement, period: SettlementPeriod) {
        self.file = file
        self.agreement = agreement
        self.period = period
        var inputs: [String: (key: InputKey, input: AgreementInput)] = [:]
        for input in agreement.inputs {
            for key in InputTable.keys(of: input, in: agreement) { inputs[key.description] = (key, input) }
        }
        self.inputs = inputs
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
                "The decimal mark is a point; cells hold no comma.")
            return
        }
        guard let (key, input) = inputs[cells[0]] else {
            let near = nearest(to: cells[0], among: inputs.keys.sorted()).map { "Did you mean “\($0)”?" }
            report(
                line, "The agreement asks for no “\(cells[0])”.",
                near ?? "Use \(inputs.keys.sorted().joined(separator: ", ")).")
            return
        }
        let stated = [(cells[1], input.party ?? "", "party"), (cells[2], input.section ?? "", "section")]
        for (cell, expected, what) in stated where !cell.isEmpty && cell != expected {
            report(
                line, "“\(cells[0])” belongs to \(what) “\(expected)”, not “\(cell)”.",
                "Correct the \(what) or leave it empty.")
            return
        }
        if !cells[3].isEmpty, SettlementPeriod(parsing: cells[3]) != asked(by: input) {
            report(
                line, "The figure is for \(cells[3]), not for \(asked(by: input)?.description ?? "this period").",
                "Give the figure of the period that is settled, or leave the cell empty.")
            return
        }
        guard let value = Fraction(cells[4]) else {
            report(
                line, cells[4].isEmpty ? "“\(cells[0])” has no value." : "“\(cells[4])” is not a number.",
                "Write a number such as 0.673, or a ratio such as 2/3.")
            return
        }
        guard let unit = cells[5].isEmpty ? input.unit : try? UnitOfMeasure(parsing: cells[5]) else {
            report(line, "“\(cells[5])” is not a unit.", "Write \(input.unit.symbol), or leave it empty.")
            return
        }
        if values.updateValue((value, unit), forKey: key) != nil {
            report(line, "“\(cells[0])” stands twice.", "Keep one of the two rows.")
        }
    }

    private func asked(by input: AgreementInput) -> SettlementPeriod? {
        input.measure == .previousPeriodMean ? period.previous : period
    }
}
