// How evidence that people send as tables is read: what its rows do not say themselves.

internal import Monitoring

extension BuiltInProfiles {
    /// Marks that published tables print where there is no value; 0 is a value.
    private static let tableMissingCodes = missingCodes.union(["/", "—", "——", "–", "－", "*", "无"])

    /// Separated sampling is done by people; a table may say `联合` or `第三方` instead.
    static let labResults = evidence(
        id: "lab-results", chinese: "采测分离实验室结果", english: "Laboratory results", origin: .manual, adopts: false,
        revises: false)

    /// A national table names thousands of sections; those nobody registered belong to no boundary and never settle.
    static let sectionMonths = evidence(
        id: "section-months", chinese: "断面月度公布表", english: "Published monthly section table", origin: .published,
        adopts: true, revises: false)

    /// First reports (初报) are replaced by compiled data (整编) under the same key, whichever came first
    /// (`CompiledData`): a revising source.
    static let riverFlow = evidence(
        id: "river-flow", chinese: "水文流量水量", english: "River flow and volume", origin: .published, adopts: false,
        revises: true)

    private static func evidence(
        id: String, chinese: String, english: String, origin: SeriesOrigin, adopts: Bool, revises: Bool
    ) -> SourceProfile {
        SourceProfile(
            id: id, name: BilingualName(chinese: chinese, english: english), offset: .china, stamp: .begin,
            statistic: .instant, window: .zero, cadence: nil, origin: origin, adopts: adopts, revises: revises,
            missingCodes: tableMissingCodes, flags: [:], parameterNames: [:], futureTolerance: .hours(1))
    }
}
