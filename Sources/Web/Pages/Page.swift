// The frame of every page: language switch, navigation, freshness of the data, and the style sheet.

/// One page of the site, in one language.
struct Page: Sendable {
    let language: Language
    /// Path below the language: `alerts`, `statements/R-…`.
    let path: String
    let title: String
    let overview: NodeOverview
    let body: HTML

    func render() -> String {
        let other = language.other
        let pages = [
            ("", Glossary.alerts), ("sections", Glossary.sections), ("holes", Glossary.holes),
            ("statements", Glossary.statements),
        ]
        let navigation = pages.map { target, words in
            let isHere = path == target || (!target.isEmpty && path.hasPrefix(target))
            let mark: HTML = isHere ? " aria-current=\"page\"" : ""
            return HTML("<a href=\"/\(language.rawValue)/\(target)\"\(mark)>\(language.pick(words))</a>")
        }
        let freshness: HTML
        if let newest = overview.newestReceived {
            freshness = """
                \(language.pick("最近收到批次", "Last batch received")) \(newest) · \
                \(language.pick("批次", "batches")) \(overview.batchCount) · \
                \(language.pick("本页时间均为 UTC+08:00", "all times UTC+08:00"))
                """
        } else {
            freshness = "<strong>\(language.pick(Glossary.nothingReceived))</strong>"
        }
        let page: HTML = """
            <!doctype html>
            <html lang="\(language.tag)">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(title) · Tributary</title>
            <link rel="stylesheet" href="/style.css">
            </head>
            <body>
            <a class="skip" href="#main">\(language.pick("跳到正文", "Skip to content"))</a>
            <header>
            <p class="brand">Tributary <span>\(language.pick("跨界监测与补偿", "boundary monitoring and compensation"))</span></p>
            <nav aria-label="\(language.pick("主要页面", "Pages"))">\(navigation)</nav>
            <a class="language" lang="\(other.tag)" hreflang="\(other.tag)" \
            href="/\(other.rawValue)/\(path)">\(other.name)</a>
            </header>
            <main id="main">
            <h1>\(title)</h1>
            <p class="freshness">\(freshness)</p>
            \(body)
            </main>
            <footer>Tributary \(overview.version) · \(language.pick("日志", "log")) \(overview.logPosition) · \
            <code>\(overview.logHead)</code></footer>
            </body>
            </html>
            """
        return page.markup
    }
}

/// A table whose caption names it; cells are markup already escaped.
func table(caption: String, headings: [String], rows: [[HTML]]) -> HTML {
    let head = headings.map { HTML("<th scope=\"col\">\($0)</th>") }
    let body = rows.map { row in
        let cells = row.enumerated().map { index, cell in
            index == 0 ? HTML("<th scope=\"row\">\(cell)</th>") : HTML("<td>\(cell)</td>")
        }
        return HTML("<tr>\(cells)</tr>\n")
    }
    return """
        <div class="scroll" tabindex="0" role="region" aria-label="\(caption)">
        <table><caption>\(caption)</caption>
        <thead><tr>\(head)</tr></thead>
        <tbody>
        \(body)</tbody></table>
        </div>
        """
}
