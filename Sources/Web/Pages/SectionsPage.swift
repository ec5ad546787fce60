// The sections page: every section with its target, its newest reading and when it was last heard.

enum SectionsPage {
    static func body(_ sections: [SectionView], _ language: Language) -> HTML {
        if sections.isEmpty { return "<p class=\"empty\">\(language.pick(Glossary.noSection))</p>" }
        let headings = [
            Glossary.section, Glossary.boundary, Glossary.relation, Glossary.target, Glossary.current, Glossary.newest,
            Glossary.openAlerts,
        ].map(language.pick)
        return table(
            caption: language.pick("断面与目标", "Sections and targets"), headings: headings,
            rows: sections.map { row($0, language) })
    }

    private static func row(_ section: SectionView, _ language: Language) -> [HTML] {
        let example: HTML =
            section.isExample
            ? " <span class=\"tag example\">\(language.pick(Glossary.example))</span>" : ""
        let river = section.river.map { HTML("<span class=\"small\">\(language.pick($0))</span>") } ?? ""
        let reason = section.currentReason.map { HTML("<span class=\"small\">\(language.pick($0))</span>") } ?? ""
        return [
            "\(language.pick(section.name))\(example)<span class=\"small\">\(section.id)</span>\(river)",
            "\(language.pick(section.boundary))",
            "\(language.pick(section.relation))",
            "\(section.target)",
            "\(section.current ?? "—")\(reason)",
            "\(section.newest ?? language.pick(Glossary.nothingReceived))",
            "<span class=\"number\">\(section.openAlerts)</span>",
        ]
    }
}
