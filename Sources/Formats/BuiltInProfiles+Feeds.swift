// The built-in profiles of the Zhejiang feed and of foreign feeds.

internal import Monitoring

extension BuiltInProfiles {
    /// As the national feed, of which it is the provincial part: the stamp is the end of the hour, and a later file may
    /// fill hours.
    static let zhejiangAir = SourceProfile(
        id: "zhejiang-air", name: BilingualName(chinese: "浙江省空气质量实时数据", english: "Zhejiang air feed"),
        offset: .china, stamp: .end, statistic: .mean, window: .hours(1), cadence: .hours(1), origin: .published,
        adopts: true, revises: true, missingCodes: missingCodes, flags: [:], parameterNames: [:],
        futureTolerance: .hours(1))

    /// The stamp is the end of the period, exclusive (docs.openaq.org, *Dates, times and timezones*). The archive does
    /// not say how long the period is; the hour is the usual one and is declared here. Offsets stand in the data.
    static let openAQ = SourceProfile(
        id: "openaq", name: BilingualName(chinese: "OpenAQ 归档", english: "OpenAQ archive"), offset: .utc, stamp: .end,
        statistic: .mean, window: .hours(1), cadence: nil, origin: .published, adopts: true, revises: true,
        missingCodes: missingCodes, flags: [:], parameterNames: [:], futureTolerance: .hours(1))

    /// Readings; days are means of 24 h that begin at the date in this offset, because neither shape says the zone of a
    /// day: a profile of the same id gives the station's standard time.
    ///
    /// Approved (A) is valid; provisional (P) and estimated (e) are left untested. Provisional values are replaced.
    static func usgs(id: String, chinese: String) -> SourceProfile {
        SourceProfile(
            id: id, name: BilingualName(chinese: chinese, english: "US Geological Survey (\(id))"), offset: .utc,
            stamp: .instant, statistic: .instant, window: .zero, cadence: nil, origin: .published, adopts: true,
            revises: true, missingCodes: missingCodes, flags: ["A": .valid, "Approved": .valid], parameterNames: [:],
            futureTolerance: .hours(1))
    }

    /// The time is the beginning of the hour (reference formats, section 5). The GMT pair is read.
    static let aqsHourly = SourceProfile(
        id: "aqs-hourly", name: BilingualName(chinese: "美国环保局 AQS 小时数据", english: "US EPA AQS hourly"), offset: .utc,
        stamp: .begin, statistic: .mean, window: .hours(1), cadence: .hours(1), origin: .published, adopts: true,
        revises: true, missingCodes: missingCodes, flags: [:], parameterNames: [:], futureTolerance: .hours(1))

    /// Samples taken by hand and analysed; the zone stands in the rows.
    static let waterQualityPortal = SourceProfile(
        id: "wqp-csv", name: BilingualName(chinese: "美国水质门户结果", english: "Water Quality Portal results"),
        offset: .utc, stamp: .instant, statistic: .instant, window: .zero, cadence: nil, origin: .manual, adopts: true,
        revises: true, missingCodes: missingCodes, flags: [:], parameterNames: [:], futureTolerance: .days(1))
}
