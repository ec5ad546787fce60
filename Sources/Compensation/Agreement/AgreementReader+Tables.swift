// Tables of figures by member, how sure they are, and the ledgers besides money.

internal import Accounting
internal import Exact
internal import Monitoring
internal import Standards

extension AgreementReader {
    /// Tables by row: each column is a constant, or a map when it names members of a set.
    mutating func readTables(_ node: PositionedNode) {
        for entry in entries("tables", of: node, "sites: {each: sections, columns: {…}, rows: {…}, clause: …}") {
            let what = "table “\(entry.key)”"
            let allowed = ["each", "columns", "rows", "clause", "source", "confidence"]
            guard reading.isMapping(entry.value, what, allowed: allowed) else { continue }
            let clause = reading.text("clause", of: entry.value, what) ?? ""
            let confidence: Confidence? = reading.choice("confidence", of: entry.value, what)
            guard let confidence, let set = readEachSets(entry.value, what)?.first,
                let columns = reading.required("columns", of: entry.value, what)?.entries,
                let rows = reading.required("rows", of: entry.value, what),
                reading.isMapping(rows, "rows of \(what)", allowed: scope.sets[set] ?? [])
            else { continue }
            for member in scope.sets[set] ?? [] where rows[member] == nil {
                reading.report(
                    "agreement.required", at: rows, "\(what) has no row for \(member).", "Write \(member): {…}.")
            }
            for row in rows.entries ?? [] {
                _ = reading.isMapping(row.value, "row \(row.key) of \(what)", allowed: columns.map(\.key))
            }
            for column in columns {
                readColumn(
                    column, of: rows, set: set, what, clause, confidence,
                    source: reading.optionalText("source", of: entry.value, what) ?? document.source)
            }
        }
    }

    private mutating func readColumn(
        _ column: PositionedEntry, of rows: PositionedNode, set: String, _ table: String, _ clause: String,
        _ confidence: Confidence, source: String
    ) {
        let what = "column “\(column.key)” of \(table)"
        guard reading.isMapping(column.value, what, allowed: ["to", "unit"]) else { return }
        let places = (rows.entries ?? []).map {
            ($0.key, $0.value[column.key] ?? $0.value, $0.value[column.key] != nil)
        }
        for (member, place, isThere) in places where !isThere {
            reading.report(
                "agreement.required", at: place, "Row \(member) of \(table) lacks “\(column.key)”.",
                "Write \(column.key): and its value.")
        }
        if let to = reading.optionalText("to", of: column.value, what) {
            guard isFreeName(column), isSet(to, at: column.value["to"]) else { return }
            var values: [[String]: String] = [:]
            for (member, place, isThere) in places where isThere { values[[member]] = memberText(place, of: to) }
            scope.maps[column.key] = MemberMap(name: column.key, from: [set], to: to, values: values, clause: clause)
            return
        }
        guard let unit = reading.unit("unit", of: column.value, what) else { return }
        var values: [[String]: Fraction] = [:]
        for (member, place, isThere) in places where isThere {
            let name = indexedName(column.key, [member])
            if place.isBlank {
                blank(name, clause, place)
            } else if let value = reading.number(place, "“\(name)”") {
                values[[member]] = value
            }
        }
        checkConfidence(confidence, hasValues: !values.isEmpty, "“\(column.key)”", at: column.value)
        define(column.key, unit, sets: [set], line: column.keyLine, column: column.keyColumn)
        tableConstants.append(
            AgreementConstant(
                name: column.key, unit: unit, sets: [set], values: values, dated: [], clause: clause, source: source,
                confidence: confidence, line: column.keyLine, column: column.keyColumn))
    }

    /// A figure marked invented outside an example, or one that no source shows.
    mutating func checkConfidence(
        _ confidence: Confidence, hasValues: Bool, _ what: String, at node: PositionedNode
    ) {
        if confidence == .example, !isExample {
            reading.report(
                "agreement.confidence", at: node["confidence"] ?? node,
                "\(what) is invented, but the agreement is not marked as an example.",
                "Mark the file example: true, or leave the value blank until the signed text is at hand (confidence D)."
            )
        }
        if confidence == .unseen, hasValues {
            reading.report(
                "agreement.confidence", at: node, "\(what) has a value that no source shows.",
                "Leave it blank until the signed text is at hand (confidence D).")
        }
    }

    // Ledgers.

    mutating func readLedgers(_ node: PositionedNode) {
        for entry in entries("ledgers", of: node, "quota: {name: {zh, en}, unit: t, smallest: 0.001 t}") {
            let what = "ledger “\(entry.key)”"
            guard reading.isMapping(entry.value, what, allowed: ["name", "unit", "smallest"]) else { continue }
            let name = reading.name("name", of: entry.value, what)
            guard let unit = reading.unit("unit", of: entry.value, what), let name,
                let place = reading.required("smallest", of: entry.value, what),
                let (value, written) = reading.quantity(place, in: unit, "the smallest amount of \(what)")
            else { continue }
            let smallest = value * written.factor / unit.factor
            guard
                let digits = (0...6).first(where: {
                    smallest * Fraction([1, 10, 100, 1_000, 10_000, 100_000, 1_000_000][$0]) == .one
                })
            else {
                reading.report(
                    "agreement.ledger", at: place, "“\(place.text ?? "")” is not the smallest amount of a ledger.",
                    "Write 1, 0.1, 0.01 … down to 0.000001 \(unit.symbol).")
                continue
            }
            ledgers.append(
                Ledger(
                    id: entry.key, name: name, unit: unit,
                    currency: Currency(ledger: "\(unit.symbol) \(entry.key)", minorUnitDigits: digits)))
        }
    }

    mutating func readLedger(_ node: PositionedNode, _ what: String) -> Ledger {
        guard let id = reading.optionalText("ledger", of: node, what) else { return .money(currency) }
        if let known = ledgers.first(where: { $0.id == id }) { return known }
        reading.report(
            "agreement.ledger", at: node["ledger"] ?? node, "There is no ledger “\(id)”.",
            "Define it under ledgers, or leave it out for money.")
        return .money(currency)
    }
}
