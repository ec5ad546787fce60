// The columns of the national surface-water feeds, read from their Chinese headings.

internal import Monitoring

/// Where the fields of a national water row stand.
struct WaterColumns {
    var province = -1
    var basin = -1
    var section = -1
    var time = -1
    var waterClass = -1
    /// −1 in today's feed, which has no condition column.
    var condition = -1
    var count = 0
    /// Field numbers of the observation columns, parallel to `columns`.
    var fields: [Int] = []
    var columns: [WideColumn] = []
    /// Headings that name no parameter we know, or a unit other than the expected one.
    var problems: [Rejection] = []

    private struct Item {
        let parameter: String
        /// The units the heading may print, with the power of ten that leads to the catalogue's unit.
        let units: [String: Int]
    }

    /// Chlorophyll a is printed in mg/L and kept in µg/L, the unit its limits and indices use: three places, exactly.
    private static let items: [String: Item] = [
        "水温": Item(parameter: "temp", units: ["℃": 0, "°C": 0]),
        "pH": Item(parameter: "ph", units: ["无量纲": 0, "": 0]),
        "溶解氧": Item(parameter: "do", units: ["mg/L": 0]),
        "电导率": Item(parameter: "ec", units: ["μS/cm": 0, "µS/cm": 0, "uS/cm": 0]),
        "浊度": Item(parameter: "turb", units: ["NTU": 0]),
        "高锰酸盐指数": Item(parameter: "codmn", units: ["mg/L": 0]),
        "氨氮": Item(parameter: "nh3n", units: ["mg/L": 0]),
        "总磷": Item(parameter: "tp", units: ["mg/L": 0]),
        "总氮": Item(parameter: "tn", units: ["mg/L": 0]),
        "叶绿素α": Item(parameter: "chla", units: ["mg/L": 3, "μg/L": 0, "µg/L": 0, "ug/L": 0]),
        "叶绿素a": Item(parameter: "chla", units: ["mg/L": 3, "μg/L": 0, "µg/L": 0, "ug/L": 0]),
        "藻密度": Item(parameter: "algae", units: ["cells/L": 0]),
    ]

    /// The columns, or `nil` when a heading that names the reading is absent.
    init?(header: [String], headerRow: Int, profile: SourceProfile, context: ReadContext) {
        count = header.count
        for (field, heading) in header.enumerated() {
            let (name, unit) = Self.parts(of: heading)
            switch name {
            case "省份": province = field
            case "流域": basin = field
            case "断面名称": section = field
            case "监测时间": time = field
            case "水质类别": waterClass = field
            case "站点情况": condition = field
            default:
                guard let item = Self.items[name] else {
                    problems.append(
                        Rejection(
                            .unknownParameter, row: headerRow, field: name, excerpt: heading,
                            remedy: "Tell us what this column measures; until then it is only kept in the batch."))
                    continue
                }
                guard let power = item.units[unit] else {
                    problems.append(
                        Rejection(
                            .unknownUnit, row: headerRow, field: name, excerpt: heading,
                            remedy:
                                "Expected \(item.units.keys.filter { !$0.isEmpty }.sorted().joined(separator: " or "))."
                        ))
                    continue
                }
                fields.append(field)
                columns.append(
                    WideColumn(
                        name: name, parameter: profile.parameterNames[name] ?? ParameterID(item.parameter),
                        statistic: profile.statistic, window: profile.window, power: power, context: context))
            }
        }
        if province < 0 || basin < 0 || section < 0 || time < 0 || columns.isEmpty { return nil }
    }

    /// `溶解氧<br/><span class='unit'>(mg/L)</span>` and `溶解氧(mg/L)` are name and unit.
    static func parts(of heading: String) -> (name: String, unit: String) {
        let name = heading.prefix { $0 != "(" && $0 != "<" && $0 != "（" }
        guard let open = heading.firstIndex(where: { $0 == "(" || $0 == "（" }),
            let close = heading[open...].firstIndex(where: { $0 == ")" || $0 == "）" })
        else { return (String(name), "") }
        return (String(name), String(heading[heading.index(after: open)..<close]))
    }
}
