// The statements pages: the list of runs, and one statement with its whole derivation.

enum StatementsPage {
    static func body(_ statements: [StatementView], _ language: Language) -> HTML {
        if statements.isEmpty { return "<p class=\"empty\">\(language.pick(Glossary.noStatement))</p>" }
        let headings = [Glossary.statements, Glossary.period, Glossary.runKind, Glossary.amount].map(language.pick)
        let rows: [[HTML]] = statements.map { statement in
            let lines = statement.lines.map { line in
                HTML(
                    """
                    <span class="number">\(line.amount)</span> \
                    <span class="small">\(language.pick(line.payer)) → \(language.pick(line.payee))</span>
                    """)
            }
            return [
                """
                <a href="/\(language.rawValue)/statements/\(statement.runID)">\(language.pick(statement.title))</a>\
                \(example(statement, language))<span class="small">\(statement.runID)</span>
                """,
                "\(statement.period)",
                "\(language.pick(statement.kind))",
                "\(lines)",
            ]
        }
        return table(caption: language.pick(Glossary.statements), headings: headings, rows: rows)
    }

    static func body(of statement: StatementView, _ language: Language) -> HTML {
        let headings = [Glossary.payer, Glossary.payee, Glossary.amount, Glossary.clause].map(language.pick)
        let rows: [[HTML]] = statement.lines.map { line in
            [
                "\(language.pick(line.payer))", "\(language.pick(line.payee))",
                "<span class=\"number\">\(line.amount)</span>", "\(line.clause)",
            ]
        }
        return """
            <p>\(example(statement, language)) \(language.pick(statement.kind)) · \(statement.period) · \
            <code>\(statement.runID)</code></p>
            \(table(caption: language.pick("明细", "Lines"), headings: headings, rows: rows))
            <h2>\(language.pick("核算单全文与推导", "Statement and derivation in full"))</h2>
            <pre tabindex="0">\(statement.text)</pre>
            """
    }

    private static func example(_ statement: StatementView, _ language: Language) -> HTML {
        statement.isExample ? " <span class=\"tag example\">\(language.pick(Glossary.example))</span>" : ""
    }
}
