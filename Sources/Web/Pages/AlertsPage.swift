// The alerts page, also the first one: what must be worked, open alerts before ended ones.

enum AlertsPage {
    static func body(_ alerts: [AlertView], _ language: Language) -> HTML {
        if alerts.isEmpty { return "<p class=\"empty\">\(language.pick(Glossary.noAlert))</p>" }
        let ordered = alerts.filter(\.isOpen) + alerts.filter { !$0.isOpen }
        let headings = [
            Glossary.section, Glossary.parameter, Glossary.against, Glossary.multiple, Glossary.peak, Glossary.from,
            Glossary.until, Glossary.kind, Glossary.state,
        ].map(language.pick)
        let rows = table(
            caption: language.pick("报警（实时·未经审核）", "Alerts (real-time, unreviewed)"),
            headings: headings, rows: ordered.map { row($0, language) })
        if alerts.count(where: { !$0.isOpen }) < AlertView.endedLimit { return rows }
        let more = language.pick(
            "已结束的报警只列最近 \(AlertView.endedLimit) 条；tributary alerts 列出全部。",
            "Of the alerts that ended the latest \(AlertView.endedLimit) are shown; `tributary alerts` lists all.")
        return "\(rows)<p class=\"small\">\(more)</p>"
    }

    private static func row(_ alert: AlertView, _ language: Language) -> [HTML] {
        let state: HTML =
            alert.isOpen
            ? "<span class=\"tag open\">\(language.pick(alert.state))</span>"
            : "<span class=\"tag\">\(language.pick(alert.state))</span>"
        let mark =
            alert.mark.map { HTML(" <span class=\"tag example\">\(language.pick($0))</span>") } ?? ""
        return [
            "\(language.pick(alert.section))\(mark)<span class=\"small id\">\(alert.id)</span>",
            "\(language.pick(alert.parameter))",
            "\(alert.against)",
            "<span class=\"number\">\(alert.multiple ?? "—")</span>",
            "<span class=\"number\">\(alert.peak)</span>",
            "<span class=\"time\">\(alert.from)</span>",
            "<span class=\"time\">\(alert.until ?? language.pick(Glossary.stillOpen))</span>",
            "\(language.pick(alert.kind))",
            state,
        ]
    }
}
