// Rivers and basins of a registry file: dated lists of sections, each with its document.

internal import Monitoring

extension RegistryReader {
    mutating func readWaterSystem(_ node: PositionedNode, _ file: String, kind: WaterSystem.Kind) {
        var fields = StrictMapping(node, file: file, subject: "A \(kind.rawValue)")
        let id = fields.text("id")
        fields.subject = "The \(kind.rawValue) \(id ?? "without id")"
        let name = fields.name("name")
        let lists = fields.items("lists").compactMap { readSectionList($0, file, &fields) }
        if fields.node["lists"] == nil || lists.isEmpty {
            fields.report(
                "registry.value.missing", at: node, "\(fields.subject) has no list of sections.",
                "Add `lists` with `from`, `document` and `sections`.")
        }
        for (index, list) in lists.enumerated() {
            for other in lists.dropFirst(index + 1) where list.span.overlaps(other.span) {
                fields.report(
                    "registry.span.overlap", at: node, "Two lists of \(fields.subject) hold on the same day.",
                    "End the earlier one with `until` on the day the later begins.")
            }
        }
        problems += fields.finish()
        guard let id, let name, !lists.isEmpty else { return }
        waterSystems.append(Placed(WaterSystem(id: id, name: name, kind: kind, lists: lists), at: node, file: file))
    }

    private func readSectionList(
        _ node: PositionedNode, _ file: String, _ outer: inout StrictMapping
    ) -> SectionList? {
        var fields = StrictMapping(node, file: file, subject: "A list of \(outer.subject)")
        let from = fields.optionalDate("from")
        let until = fields.optionalDate("until")
        let document = fields.text("document")
        let members = fields.texts("sections")
        if let from, let until, until <= from {
            fields.report(
                "registry.span.order", at: node, "\(fields.subject) ends on or before the day it begins.",
                "`until` is the first day on which it no longer holds.")
        }
        if members.isEmpty {
            fields.report(
                "registry.value.missing", at: node, "\(fields.subject) names no section.", "Name them in `sections`.")
        }
        var seen: Set<String> = []
        for member in members where !seen.insert(member.text ?? "").inserted {
            fields.report(
                "registry.id.duplicate", at: member, "\(fields.subject) names `\(member.text ?? "")` twice.",
                "Name each section once: a section counts once in a proportion.")
        }
        for problem in fields.finish() { outer.adopt(problem) }
        guard let document, !members.isEmpty else { return nil }
        return SectionList(
            span: DateSpan(from: from, until: until), sections: members.compactMap(\.text), document: document)
    }
}
