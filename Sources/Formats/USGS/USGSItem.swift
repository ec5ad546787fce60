// What a USGS parameter and statistic code mean together, and what its qualifiers say of a value.

internal import Monitoring

enum USGSItem {
    /// Statistic codes of the catalogue's statistics: a reading, and the mean of a day.
    static let reading = "00011"
    static let mean = "00003"

    /// The item of a code, `nil` when the statistic has no place in the catalogue (maximum, minimum …).
    ///
    /// A code that no table and no profile maps is kept under its own name, `usgs-63680`.
    static func item(_ code: String, statistic: String, isDay: Bool, _ profile: SourceProfile) -> FeedItem? {
        let id = parameter(code, profile)
        switch (statistic, isDay) {
        case (reading, false), ("", false):
            return FeedItem(parameter: id, statistic: profile.statistic, window: profile.window)
        case (mean, true): return FeedItem(parameter: id, statistic: .mean, window: FeedTimes.day)
        default: return nil
        }
    }

    static func parameter(_ code: String, _ profile: SourceProfile) -> ParameterID {
        profile.parameterNames[code] ?? FeedParameters.usgs[code].map { ParameterID($0.parameter) }
            ?? ParameterID("usgs-\(code)")
    }

    /// The unit that belongs to a code: the table's, or for a code the profile names, the profile's.
    static func unit(_ code: String, _ id: ParameterID, _ profile: SourceProfile) -> String? {
        profile.parameterNames[code] == nil ? FeedParameters.usgs[code]?.unit : profile.writing.units[id]
    }

    /// Codes with leading zeros lost come back to five digits: `60` is 00060.
    static func padded(_ code: String) -> String {
        let isShort = code.count < 5 && !code.isEmpty && code.allSatisfy(\.isASCIIDigit)
        return isShort ? String(repeating: "0", count: 5 - code.count) + code : code
    }

    static func unknownStatistic(_ statistic: String, row: Int, field: String) -> Rejection {
        Rejection(
            .unknownParameter, row: row, field: field, excerpt: statistic,
            remedy: "Readings (00011) and means of a day (00003) are read; other statistics are only kept in the batch."
        )
    }

    /// Texts in the place of a value that say why there is none.
    ///
    /// Source: reference formats, section 3, and the list of value codes that NWIS prints with its tables.
    static let valueCodes: Set<String> = [
        "Ice", "Eqp", "***", "--", "Bkw", "Dis", "Dry", "Fld", "Mnt", "Pmp", "Rat", "Ssn", "Tst", "ZFl", "Zfl",
    ]

    /// Settles flag and sign: `code` is the qualifier column of the value.
    static func read(code: String, into value: inout FeedValue) {
        value.flag = code
        if code.contains("<") { value.sign = .below }
        if code.contains(">") { value.sign = .above }
        let text = value.cell.excerpt
        if valueCodes.contains(text) {
            value.flag = text
            value.cell.count = 0
        }
        // A sign belongs to a value.
        if value.cell.isEmpty { value.sign = .none }
    }
}
