// The headings of evidence tables: which Chinese and English names mean which column, one grammar for CSV and XLSX.

internal import Monitoring

/// What a column of an evidence table, or a line before its header, says.
enum EvidenceColumn: Hashable {
    case section, sectionCode
    /// A date or a time; `clock` beside it is the time of day.
    case sampled, time, clock
    case year, month
    case item, value, unit, qualifier, detectionLimit
    case issuer, document, laboratory, method, origin, flag
    case waterClass, primary
    /// Where the clock of all times stands that do not say it: in a line before the header only.
    case zone
    case flow, meanFlow, dayMeanFlow, monthMeanFlow, volume, direction
    /// Known and left in the batch itself: running numbers, names of people, remarks.
    case unread

    /// Measures of the water department, which carry their unit in the heading.
    var isFlowMeasure: Bool { [.flow, .meanFlow, .dayMeanFlow, .monthMeanFlow, .volume, .direction].contains(self) }
}

/// A heading taken apart: `高锰酸盐指数(mg/L)` is a name and a unit.
struct EvidenceHeading {
    /// As printed, for messages.
    let text: String
    let name: String
    /// Empty when the heading prints none.
    let unit: String

    init(_ text: String) {
        self.text = text
        var name = Substring(text)
        var unit: Substring = ""
        if let last = text.last, last == ")" || last == "）",
            let open = text.lastIndex(where: { $0 == "(" || $0 == "（" })
        {
            name = text[..<open]
            unit = text[text.index(after: open)...].dropLast()
        }
        self.name = name.filter { !$0.isWhitespace }
        self.unit = unit.filter { !$0.isWhitespace }
    }

    var column: EvidenceColumn? { Self.columns[Self.key(name)] ?? Self.columns[Self.key(text)] }

    /// Case, blanks, hyphens and low lines do not matter: `Document No.` and `document_no` are one name.
    private static func key(_ name: String) -> String {
        String(
            name.lowercased().unicodeScalars.filter {
                !$0.properties.isWhitespace && !"_-.*#".unicodeScalars.contains($0)
            })
    }

    private static let columns: [String: EvidenceColumn] = {
        var table: [String: EvidenceColumn] = [:]
        for (column, names) in spellings { for name in names { table[key(name)] = column } }
        return table
    }()

    private static let spellings: [(EvidenceColumn, [String])] = [
        (
            .section,
            [
                "断面", "断面名称", "监测断面", "采样断面", "水质断面", "站点", "站点名称", "测站", "站名", "水文站", "点位", "点位名称",
                "监测点位", "采样点位", "section", "section_name", "station", "station_name", "site", "site_name",
            ]
        ),
        (
            .sectionCode,
            ["断面编码", "断面代码", "站点编码", "站码", "测站编码", "section_code", "section_id", "station_code", "station_id"]
        ),
        (
            .sampled,
            ["采样时间", "采样日期", "采样日期时间", "sampled", "sampled_at", "sampling_time", "sampling_date", "sample_date"]
        ),
        (.time, ["时间", "日期", "监测时间", "监测日期", "观测时间", "观测日期", "time", "date", "datetime", "observed_at"]),
        (.clock, ["时刻", "采样时刻", "time_of_day", "clock"]),
        (.year, ["年", "年份", "year"]),
        (.month, ["月", "月份", "年月", "监测月份", "统计月份", "month"]),
        (.item, ["项目", "监测项目", "检测项目", "分析项目", "监测因子", "监测指标", "指标", "因子", "item", "parameter", "analyte"]),
        (
            .value,
            ["结果", "监测结果", "检测结果", "分析结果", "测定值", "监测值", "检测值", "浓度", "数值", "value", "result", "concentration"]
        ),
        (.unit, ["单位", "计量单位", "结果单位", "unit", "units"]),
        (.qualifier, ["限定符", "符号", "qualifier"]),
        (.detectionLimit, ["检出限", "方法检出限", "最低检出限", "detection_limit", "mdl"]),
        (.method, ["方法", "分析方法", "检测方法", "监测方法", "方法标准", "方法依据", "method", "method_standard"]),
        (.laboratory, ["实验室", "检测单位", "检测机构", "分析单位", "监测单位", "监测机构", "承担单位", "laboratory", "lab"]),
        (.issuer, ["发布单位", "发布机构", "出具单位", "编制单位", "报告单位", "签发单位", "填报单位", "issuer", "issued_by", "publisher"]),
        (
            .document,
            [
                "文号", "发文字号", "文件号", "报告编号", "报告号", "公报期号", "document", "document_number", "document_no",
                "report_number", "report_no",
            ]
        ),
        (.origin, ["监测方式", "监测类型", "数据来源", "来源", "origin"]),
        (.flag, ["标记", "标识", "数据状态", "整编状态", "资料状态", "状态", "flag", "status", "data_status"]),
        (.waterClass, ["水质类别", "本月水质", "水质现状", "水质状况", "类别", "water_class", "class"]),
        (.primary, ["主要污染指标", "主要超标因子", "超标因子", "超标项目", "exceeding_items"]),
        (.flow, ["流量", "断面流量", "瞬时流量", "discharge", "flow"]),
        (.meanFlow, ["平均流量", "mean_discharge", "mean_flow"]),
        (.dayMeanFlow, ["日均流量", "日平均流量", "daily_mean_discharge", "daily_mean_flow"]),
        (.monthMeanFlow, ["月均流量", "月平均流量", "monthly_mean_discharge", "monthly_mean_flow"]),
        (.volume, ["水量", "径流量", "过水量", "来水量", "断面水量", "volume", "water_volume"]),
        (.direction, ["流向", "水流方向", "flow_direction", "direction"]),
        (
            .unread,
            [
                "序号", "编号", "样品编号", "省份", "省", "市", "地市", "行政区", "流域", "河流", "河流名称", "水系", "水体", "所在水体",
                "目标", "考核目标", "水质目标", "目标类别", "上月水质", "去年同期", "备注", "说明", "采样人", "分析人", "审核人", "经度", "纬度",
                "no", "province", "city", "basin", "river", "sample_id", "target", "remark", "remarks", "note",
                "sampler",
                "latitude", "longitude",
            ]
        ),
    ]
}
