// How each known format is read where no registry says otherwise: what the bytes do not tell.

package import Monitoring

/// The profile of each format, by the reference on batch formats; a station's registry entry may name another.
///
/// Sources are the sections of the reference collection the project was founded with: *formats* (batch formats in the
/// wild), *air* (section 8, station flags), *water* (section 4, station flags), *facts* (what real data prove).
package enum BuiltInProfiles {
    package static let all: [FormatID: SourceProfile] = [
        .tributaryCSV: own(id: "tributary-csv", chinese: "本系统 CSV", english: "Tributary CSV"),
        .tributaryNDJSON: own(id: "tributary-ndjson", chinese: "本系统 NDJSON", english: "Tributary NDJSON"),
        .nationalAir: nationalAir,
        .nationalWaterJSON: nationalWater(id: "national-water-json", chinese: "国家地表水实时数据（JSON）"),
        .nationalWaterCSV: nationalWater(id: "national-water-csv", chinese: "国家地表水实时数据（CSV）"),
        .chinaSites: chinaSites,
        .beijingSites: beijingSites,
        .zhejiangAir: zhejiangAir,
        .tributaryWideCSV: own(id: "tributary-wide-csv", chinese: "本系统宽表 CSV", english: "Tributary wide CSV"),
        .openAQ: openAQ,
        .usgsRDB: usgs(id: "usgs-rdb", chinese: "美国地质调查局 RDB"),
        .usgsJSON: usgs(id: "usgs-ogc-json", chinese: "美国地质调查局 OGC 接口（JSON）"),
        .usgsCSV: usgs(id: "usgs-ogc-csv", chinese: "美国地质调查局 OGC 接口（CSV）"),
        .aqsHourly: aqsHourly,
        .waterQualityPortal: waterQualityPortal,
        .sensorThings: own(id: "sensorthings", chinese: "SensorThings 数据数组", english: "SensorThings data arrays"),
        .labResults: labResults,
        .sectionMonths: sectionMonths,
        .riverFlow: riverFlow,
    ]

    /// Texts that state that there is no value. Source: formats, section 11 (2).
    ///
    /// The negative sentinels are texts too: a reading of −99 is not possible for anything in the catalogue but a
    /// temperature, which does not reach it. A sentinel without a sign (9999) is never assumed; 0 is a value.
    package static let missingCodes: Set<String> = [
        "NA", "N/A", "NaN", "nan", "null", "NULL", "-", "--", "---", "***", "-99", "-99.0", "-999", "-999.0", "-9999",
        "-9999.0", "-999999", "-999999.0",
    ]

    /// What the flags of water and air stations say of their values, where they have one meaning.
    ///
    /// Source: water, section 4 names the flags N T L P D F B Z S M hd; air, section 8 gives meanings and says "treat B
    /// to CS as invalid, Re and T as valid with provenance". N (normal), D (fault), M (maintenance), C (calibration), B
    /// (communication) agree with HJ 212-2017's data flags (reference on HJ 212). T means "over range" in HJ 212 and
    /// "revised in review" in the air network, F, P, Z, S, L, H and W have no one meaning either: they are not listed,
    /// so their values stay untested until a station's own profile says what they mean.
    package static let flags: [String: QualityVerdict] = [
        "N": .valid, "n": .valid, "D": .invalid, "d": .invalid, "M": .invalid, "C": .invalid, "B": .invalid,
        "BB": .invalid, "HSp": .invalid, "LSp": .invalid, "PZ": .invalid, "PS": .invalid, "AS": .invalid,
        "CZ": .invalid, "CS": .invalid, "Re": .valid,
    ]

    private static func own(id: String, chinese: String, english: String) -> SourceProfile {
        SourceProfile(
            id: id, name: BilingualName(chinese: chinese, english: english), offset: .china, stamp: .instant,
            statistic: .instant, window: .zero, cadence: nil, origin: .automatic, adopts: false, revises: false,
            missingCodes: missingCodes, flags: flags, parameterNames: [:], futureTolerance: .minutes(15))
    }

    /// The stamp is the END of the hour in China standard time: at label 2026-03-01T00 the old index still holds
    /// (facts, 2). Values are published, hourly and unreviewed; a later file may fill hours, so it revises (facts, 4).
    private static let nationalAir = SourceProfile(
        id: "national-air", name: BilingualName(chinese: "国家空气质量实时数据", english: "National air feed"),
        offset: .china, stamp: .end, statistic: .mean, window: .hours(1), cadence: .hours(1), origin: .published,
        adopts: true, revises: true, missingCodes: missingCodes, flags: [:], parameterNames: [:],
        futureTolerance: .hours(1))

    /// Four-hourly readings, normally at 00, 04 … 20 (water, section 2). Corrections come under the same key, first
    /// 维护 and later 正常 values (facts, 7): a revising source.
    ///
    /// 正常 (normal) is valid. Under 维护 (maintenance) the feed prints no class for 239 of 302 readings with values in
    /// 2020-09 and for 147 of 207 in 2021-04, and a class for the others: suspect, which a reviewer settles. 停站
    /// (stopped) and 不具备运行条件 (not fit to run) come without values. 极值过滤 (extreme value filtered) and
    /// 当天质控不合格 (the day's quality control failed) stand where a value was withheld: invalid.
    private static func nationalWater(id: String, chinese: String) -> SourceProfile {
        SourceProfile(
            id: id, name: BilingualName(chinese: chinese, english: "National surface-water feed"), offset: .china,
            stamp: .instant, statistic: .instant, window: .zero, cadence: .hours(4), origin: .published, adopts: true,
            revises: true, missingCodes: missingCodes,
            flags: [
                "正常": .valid, "维护": .suspect, "停站": .invalid, "不具备运行条件": .invalid, "极值过滤": .invalid,
                "当天质控不合格": .invalid,
            ],
            parameterNames: [:], futureTolerance: .hours(4))
    }

    /// `hour` is the end of the hour, as in the national feed it is made from (formats, section 2, marked C).
    private static let chinaSites = SourceProfile(
        id: "china-sites", name: BilingualName(chinese: "全国站点逐小时宽表", english: "China hourly site file"),
        offset: .china, stamp: .end, statistic: .mean, window: .hours(1), cadence: .hours(1), origin: .published,
        adopts: true, revises: true, missingCodes: missingCodes, flags: [:], parameterNames: [:],
        futureTolerance: .hours(1))

    /// Which end of the hour the file's `hour` names is stated nowhere we know (formats, section 9): read as its
    /// beginning, and weather values as means of the hour. Whoever knows better overrides the profile.
    private static let beijingSites = SourceProfile(
        id: "beijing-sites", name: BilingualName(chinese: "北京多站点历史数据", english: "Beijing multi-site file"),
        offset: .china, stamp: .begin, statistic: .mean, window: .hours(1), cadence: .hours(1), origin: .published,
        adopts: true, revises: false, missingCodes: missingCodes, flags: [:], parameterNames: [:],
        futureTolerance: .hours(1))
}
