// Reads exclusion records from a file: YAML, or CSV with one record a row; every fault with its place.

package import Monitoring

/// The exclusion records of `text`, and every problem found; a faulty record is left out and reported.
///
/// - YAML: `exclusions:` a list of `id, kind, places, parameters, from, until, offset, applicant, evidence, approver,
///   document`. `from` and `until` are civil dates, `until` excluded; `approver` and `document` stay blank until somebody
///   approved the record.
/// - CSV: the same names as columns; several places or parameters are separated by blanks or semicolons.
package func readExclusions(_ text: String, file: String) -> (records: [Exclusion], problems: [Problem]) {
    if file.lowercased().hasSuffix(".csv") { return readExclusionTable(text, file: file) }
    let document = PositionedYAML.read(text, file: file)
    guard let root = document.node else { return ([], document.problems) }
    var outer = StrictMapping(root, file: file, subject: "The file")
    var records: [Exclusion] = []
    var problems = document.problems
    for node in outer.items("exclusions") {
        let (record, faults) = readExclusion(node, file: file)
        problems += faults
        if let record { records.append(record) }
    }
    problems += outer.finish()
    return (distinct(records, file: file, &problems), problems)
}

private func readExclusion(_ node: PositionedNode, file: String) -> (Exclusion?, [Problem]) {
    var fields = StrictMapping(node, file: file, subject: "An exclusion")
    let id = fields.text("id")
    fields.subject = "Exclusion \(id ?? "without id")"
    let kind = fields.choice("kind", ExclusionKind.self)
    let places = fields.texts("places").compactMap(\.text)
    let parameters = fields.texts("parameters").compactMap { node -> ParameterID? in
        let known = node.text.flatMap { ParameterCatalogue.standard.id(for: $0) }
        if known == nil {
            fields.report(
                "exclusion.parameter", at: node, "The parameter `\(node.text ?? "")` is not in the code table.",
                "Use an id of the table, such as codmn, nh3n, tp, pm25.")
        }
        return known
    }
    let from = fields.date("from")
    let until = fields.date("until")
    let offset = fields.offset("offset")
    let applicant = fields.text("applicant")
    let evidence = fields.text("evidence")
    let approver = fields.optionalText("approver")
    let document = fields.optionalText("document")
    if places.isEmpty {
        fields.report(
            "exclusion.places", at: node, "\(fields.subject) names no station or section.", "Name them in `places`.")
    }
    if let from, let until, until <= from {
        fields.report(
            "exclusion.span", at: node, "\(fields.subject) ends on or before the day it begins.",
            "`until` is the first day that is not excluded.")
    }
    if (approver == nil) != (document == nil) {
        fields.report(
            "exclusion.approval", at: node, "\(fields.subject) has an approver or a document number, but not both.",
            "Fill in both, or leave both blank until it is approved.")
    }
    if kind == .naturalBackground, parameters.isEmpty {
        fields.report(
            "exclusion.parameter", at: node, "\(fields.subject) is a natural background of no named parameter.",
            "Name the parameters: a background is never that of everything.")
    }
    let problems = fields.finish()
    guard problems.isEmpty, let id, let kind, let from, let until, let offset, let applicant, let evidence else {
        return (nil, problems)
    }
    let approval = approver.flatMap { approver in
        document.map { Exclusion.Approval(approver: approver, document: $0) }
    }
    let interval = Interval(start: from.start(at: offset), end: until.start(at: offset))
    return (
        Exclusion(
            id: id, kind: kind, places: places, parameters: parameters, interval: interval, applicant: applicant,
            evidence: evidence, approval: approval), []
    )
}

private let exclusionColumns = [
    "id", "kind", "places", "parameters", "from", "until", "offset", "applicant", "evidence", "approver", "document",
]

/// A row is read as the mapping it stands for, so that both forms have the same checks and the same words.
private func readExclusionTable(_ text: String, file: String) -> (records: [Exclusion], problems: [Problem]) {
    let rows = StandardTable.records(in: text)
    guard let header = rows.first else {
        return (
            [],
            [
                Problem(
                    check: "exclusion.header", file: file, line: 0, message: "The file is empty.",
                    remedy: "Write the columns \(exclusionColumns.joined(separator: ",")).")
            ]
        )
    }
    var problems: [Problem] = []
    for name in exclusionColumns where !header.contains(name) && !["parameters", "approver", "document"].contains(name)
    {
        problems.append(
            Problem(
                check: "exclusion.header", file: file, line: 1, message: "The column `\(name)` is missing.",
                remedy: "Write the columns \(exclusionColumns.joined(separator: ","))."))
    }
    if !problems.isEmpty { return ([], problems) }
    var records: [Exclusion] = []
    for (index, row) in rows.enumerated().dropFirst() {
        guard row.count == header.count else {
            problems.append(
                Problem(
                    check: "exclusion.row", file: file, line: index + 1,
                    message: "The row has \(row.count) fields, not \(header.count).",
                    remedy: "Put a field with a comma into double quotes."))
            continue
        }
        let (record, faults) = readExclusion(mapping(header, row, line: index + 1), file: file)
        problems += faults
        if let record { records.append(record) }
    }
    return (distinct(records, file: file, &problems), problems)
}

private func mapping(_ header: [String], _ row: [String], line: Int) -> PositionedNode {
    func node(_ content: PositionedNode.Content, isPlain: Bool = true) -> PositionedNode {
        PositionedNode(content: content, line: line, column: 1, isPlain: isPlain)
    }
    let entries = zip(header, row).map { name, field in
        let isList = name == "places" || name == "parameters"
        let parts = field.split { $0 == ";" || $0 == " " }.map { node(.scalar(String($0))) }
        let value = isList && !parts.isEmpty ? node(.sequence(parts)) : node(.scalar(field))
        return PositionedEntry(key: name, keyLine: line, keyColumn: 1, value: value)
    }
    return node(.mapping(entries))
}

private func distinct(_ records: [Exclusion], file: String, _ problems: inout [Problem]) -> [Exclusion] {
    var seen: Set<String> = []
    return records.filter { record in
        if seen.insert(record.id).inserted { return true }
        problems.append(
            Problem(
                check: "exclusion.duplicate", file: file, line: 0,
                message: "Two exclusions have the id `\(record.id)`; the first is taken.",
                remedy: "Give one of them another id."))
        return false
    }
}
