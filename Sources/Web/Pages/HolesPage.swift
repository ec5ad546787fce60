// The page of holes: what is missing, since when and why, first what must be worked; the notices beside.

import Monitoring

enum HolesPage {
    static func body(_ view: HolesView, _ query: HolesQuery, _ language: Language) -> HTML {
        if let problem = view.problem {
            return """
                \(form(query, language))
                <p class="empty" role="alert">\(language.pick(problem))</p>
                """
        }
        let notes = view.notes.map { HTML("<li>\(language.pick($0))</li>\n") }
        return """
            <p>\(language.pick(Glossary.holesMeaning))</p>
            <p><a href="#notices">\(language.pick(Glossary.notices)) \(view.notices.count)</a> · \
            \(language.pick(Glossary.awaitingDecision)) \(view.notices.count { $0.isUndecided })</p>
            \(form(query, language))
            \(view.holes.isEmpty ? "" : holes(view.holes, language))
            <ul class="notes">
            \(notes)</ul>
            <h2 id="notices">\(language.pick(Glossary.notices))</h2>
            \(notices(view.notices, language))
            """
    }

    // MARK: The query

    private static func form(_ query: HolesQuery, _ language: Language) -> HTML {
        func field(_ name: String, _ words: Words, _ value: String?, type: String) -> HTML {
            """
            <label>\(language.pick(words)) \
            <input name="\(name)" type="\(type)" value="\(value ?? "")" maxlength="200"></label>
            """
        }
        let choices: [HTML] = HolesQuery.Show.allCases.map { show in
            let mark: HTML = show == query.show ? " selected" : ""
            return "<option value=\"\(show.rawValue)\"\(mark)>\(language.pick(Glossary.shown(show)))</option>"
        }
        return """
            <form class="filter" method="get" action="/\(language.rawValue)/holes">
            \(field("station", Glossary.station, query.station, type: "text"))
            \(field("parameter", Glossary.parameter, query.parameter, type: "text"))
            \(field("from", Glossary.from, query.from, type: "date"))
            \(field("until", Glossary.untilExcluded, query.until, type: "date"))
            <label>\(language.pick(Glossary.state)) <select name="show">\(choices)</select></label>
            <button type="submit">\(language.pick("筛选", "Filter"))</button>
            <a href="/\(language.rawValue)/holes">\(language.pick("清除条件", "Clear"))</a>
            </form>
            """
    }

    // MARK: Holes

    private static func holes(_ holes: [HoleView], _ language: Language) -> HTML {
        let headings = [
            Glossary.station, Glossary.parameter, Glossary.from, Glossary.until, Glossary.missingOfExpected,
            Glossary.state, Glossary.why, Glossary.knownSince,
        ].map(language.pick)
        return table(
            caption: language.pick("缺测时段", "Holes"), headings: headings,
            rows: holes.map { row($0, language) })
    }

    private static func row(_ hole: HoleView, _ language: Language) -> [HTML] {
        let example: HTML =
            hole.isExample ? " <span class=\"tag example\">\(language.pick(Glossary.example))</span>" : ""
        let silence: HTML =
            hole.isSilence ? "<span class=\"small\">\(language.pick(Glossary.silentToNow))</span>" : ""
        let state: HTML =
            hole.isOpen
            ? "<span class=\"tag open\">\(language.pick(hole.state))</span>"
            : "<span class=\"tag\">\(language.pick(hole.state))</span>"
        let links = hole.notices.map { HTML("<a class=\"small\" href=\"#\($0)\">\($0)</a>") }
        return [
            "\(language.pick(hole.station))\(example)<span class=\"small time\">\(hole.stationID)</span>",
            "\(language.pick(hole.items))<span class=\"small id\">\(hole.reference)</span>",
            "<span class=\"time\">\(hole.from)</span>",
            "<span class=\"time\">\(hole.until)</span>\(silence)",
            "<span class=\"number\">\(hole.missing) / \(hole.expected)</span>",
            state,
            "\(language.pick(hole.why))\(links)",
            "<span class=\"time\">\(hole.knownSince)</span>",
        ]
    }

    // MARK: Notices

    private static func notices(_ notices: [NoticeView], _ language: Language) -> HTML {
        if notices.isEmpty { return "<p class=\"empty\">\(language.pick(Glossary.noNotice))</p>" }
        let headings = [
            Glossary.station, Glossary.kind, Glossary.from, Glossary.until, Glossary.reasonAndEvidence, Glossary.filed,
            Glossary.standing,
        ].map(language.pick)
        return table(
            caption: language.pick("报备（不改变任何数值与结论）", "Notices (they change no value and no verdict)"),
            headings: headings, rows: notices.map { row($0, language) })
    }

    private static func row(_ notice: NoticeView, _ language: Language) -> [HTML] {
        let late: HTML =
            notice.isAfterTheFact
            ? " <span class=\"tag example\">\(language.pick(Glossary.afterTheFact))</span>" : ""
        let standing: HTML =
            notice.isUndecided
            ? "<span class=\"tag open\">\(language.pick(notice.standing))</span>"
            : "<span class=\"tag\">\(language.pick(notice.standing))</span>"
        let decisions = notice.decisions.map { HTML("<span class=\"small\">\(language.pick($0))</span>") }
        return [
            """
            <span id="\(notice.id)">\(language.pick(notice.station))</span>\
            <span class="small">\(language.pick(notice.items))</span><span class="small id">\(notice.id)</span>
            """,
            "\(language.pick(notice.kind))",
            "<span class=\"time\">\(notice.from)</span>",
            "<span class=\"time\">\(notice.until)</span>",
            "\(notice.reason)<span class=\"small\">\(notice.evidence)</span>",
            "<span class=\"time\">\(notice.filedAt)</span>\(late)<span class=\"small\">\(notice.person)</span>",
            "\(standing)\(decisions)",
        ]
    }
}

extension Glossary {
    static let holes = Words(chinese: "缺测", english: "Holes")
    static let holesAndNotices = Words(chinese: "缺测与报备", english: "Holes and notices")
    static let notices = Words(chinese: "报备", english: "Notices")
    static let awaitingDecision = Words(chinese: "待确认", english: "awaiting decision")
    static let station = Words(chinese: "监测站", english: "Station")
    static let missingOfExpected = Words(chinese: "缺 / 应测", english: "Missing / due")
    static let why = Words(chinese: "原因", english: "Why")
    static let knownSince = Words(chinese: "发现于", english: "Known since")
    static let untilExcluded = Words(chinese: "止（不含）", english: "Until (excluded)")
    static let silentToNow = Words(chinese: "持续至今", english: "silent to now")
    static let reasonAndEvidence = Words(chinese: "原因与依据", english: "Reason and evidence")
    static let filed = Words(chinese: "报备时间", english: "Filed")
    static let afterTheFact = Words(chinese: "事后报备", english: "after the fact")
    static let standing = Words(chinese: "确认", english: "Decision")
    static let noNotice = Words(chinese: "没有报备记录。", english: "No notice on record.")
    static let holesMeaning = Words(
        chinese: "按登记频次应有而没有的数据。补传之前或有人声明无法补回之前，缺测不结束；经行政区确认的报备才算原因。",
        english: "Readings that were due by the cadence and are not there. A hole is open until its readings come or "
            + "a person says that they never will; a reason counts once a bureau confirmed the notice.")

    static func shown(_ show: HolesQuery.Show) -> Words {
        switch show {
        case .open: Words(chinese: "未结束与有争议", english: "open and disputed")
        case .all: Words(chinese: "全部缺测", english: "all that is missing")
        case .refilled: Words(chinese: "含已补传", english: "refilled ones too")
        }
    }
}
