// The two languages of the pages, and every word the frame around the data uses.

import Monitoring

/// Chinese and English are equal: each page exists in both.
enum Language: String, Sendable, CaseIterable {
    case chinese = "zh"
    case english = "en"

    var other: Language { self == .chinese ? .english : .chinese }
    var name: String { self == .chinese ? "中文" : "English" }
    var tag: String { self == .chinese ? "zh-CN" : "en" }

    func pick(_ words: Words) -> String { self == .chinese ? words.chinese : words.english }

    func pick(_ chinese: String, _ english: String) -> String { self == .chinese ? chinese : english }
}

/// The frame's words; those with a legal or technical meaning follow the glossary of docs/glossary.md.
enum Glossary {
    static let alerts = Words(chinese: "报警", english: "Alerts")
    static let sections = Words(chinese: "断面", english: "Sections")
    static let statements = Words(chinese: "补偿核算单", english: "Statements")
    static let section = Words(chinese: "断面", english: "Section")
    static let boundary = Words(chinese: "跨界边界", english: "Boundary")
    static let relation = Words(chinese: "上游 → 下游", english: "Upstream → downstream")
    static let target = Words(chinese: "目标", english: "Target")
    static let current = Words(chinese: "实时类别（未经审核）", english: "Now (real-time, unreviewed)")
    static let newest = Words(chinese: "最新观测", english: "Newest reading")
    static let openAlerts = Words(chinese: "未结束报警", english: "Open alerts")
    static let kind = Words(chinese: "类型", english: "Kind")
    static let parameter = Words(chinese: "监测因子", english: "Parameter")
    static let against = Words(chinese: "类别 / 目标", english: "Reached / target")
    static let multiple = Words(chinese: "超标倍数", english: "Multiple")
    static let peak = Words(chinese: "峰值", english: "Peak")
    static let from = Words(chinese: "起", english: "From")
    static let until = Words(chinese: "止", english: "Until")
    static let state = Words(chinese: "状态", english: "State")
    static let period = Words(chinese: "考核期", english: "Period")
    static let runKind = Words(chinese: "核算", english: "Run")
    static let payer = Words(chinese: "应补偿方", english: "Payer")
    static let payee = Words(chinese: "应受偿方", english: "Payee")
    static let amount = Words(chinese: "金额", english: "Amount")
    static let clause = Words(chinese: "条款", english: "Clause")
    static let example = Words(chinese: "示例", english: "EXAMPLE")
    static let nothingReceived = Words(chinese: "尚未收到数据", english: "nothing received yet")
    static let noAlert = Words(
        chinese: "没有报警记录。没有报警不等于达标：请同时查看断面页的最新观测时间。",
        english:
            "No alert on record. No alert does not mean that targets are met: see when each section was last heard.")
    static let noStatement = Words(chinese: "尚未核算任何考核期。", english: "No period has been settled yet.")
    static let noSection = Words(chinese: "尚未登记断面。", english: "No section is registered.")
    static let stillOpen = Words(chinese: "持续中", english: "still open")
}
