// Which days approved records take out of air statistics.

package import Monitoring
internal import Standards

/// The days of `period` that approved records take out, by item of the index.
///
/// A record takes out every civil day it touches. A record of dust (沙尘) that names no parameters takes out PM10 and PM2.5
/// only; any other takes out what it names, or all items.
/// - Parameter names: what the place is known by: the ids and aliases of a station, or the id of a region.
/// - Source: 环办监测〔2018〕 by S32: dust days are taken out for particles. HJ 663-2026 has rules of its own on such events;
///   its text was not obtained.
package func leftOutDays(
    _ records: [Exclusion], of names: Set<String>, over period: CivilPeriod
) -> [ParameterID: Set<CivilDate>] {
    var days: [ParameterID: Set<CivilDate>] = [:]
    for record in records where record.isApproved && record.concerns(place: names) {
        let parameters =
            record.kind == .dust && record.parameters.isEmpty
            ? [ParameterID("pm10"), ParameterID("pm25")]
            : AirIndexStandard.items.filter { record.concerns($0) }
        for number in period.from.dayNumber..<period.until.dayNumber {
            let date = CivilDate(dayNumber: number)
            let end = date.advanced(byDays: 1)
            let day = Interval(start: date.start(at: period.offset), end: end.start(at: period.offset))
            guard record.interval.overlaps(day) else { continue }
            for parameter in parameters { days[parameter, default: []].insert(date) }
        }
    }
    return days
}
