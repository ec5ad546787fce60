// The hours of air that period series hold, station by station.

import Assessment
import Formats
import Monitoring

extension PeriodSeries {
    /// The hours of one station by item.
    func hours(of station: StationID, over period: CivilPeriod, quality: QualityPolicy) -> [ParameterID: AirHours] {
        let series = series(of: station)
        return series.reduce(into: [:]) { hours, entry in
            hours[entry.key] = AirHours(entry.value.values, of: entry.key, over: period, quality: quality)
        }
    }
}
