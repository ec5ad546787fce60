// The real-time index of the United States of every hour of the stations gathered: particles by their NowCast.

import Assessment
import Exact
import Monitoring
import Standards

struct USAirReport {
    let gathered: PeriodSeries

    private static let particles = ["pm25", "pm10"].map { ParameterID($0) }
    private static let gases = ["o3", "co", "so2", "no2"].map { ParameterID($0) }
    /// Hours a NowCast looks at.
    private static let windowHours = 12

    /// One record a station and hour for which anything was sent.
    func records() -> [DumpRecord] {
        guard let first = gathered.first, let last = gathered.last else { return [] }
        let whole = CivilPeriod(
            from: CivilTime(first, at: .china).date, until: CivilTime(last, at: .china).date.advanced(byDays: 1),
            offset: .china)
        return gathered.stations.flatMap { station -> [DumpRecord] in
            let hours = gathered.hours(of: station, over: whole, quality: .notInvalid)
            let values = Self.particles.map { ($0, hours[$0]?.values ?? []) }
            let sent = gathered.sentStarts(of: station)
            let count = hours.values.first?.hourCount ?? 0
            return (0..<count).compactMap { hour in
                let start = whole.interval.start.advanced(by: .hours(hour))
                return sent.contains(start.milliseconds)
                    ? record(station, start, values.map { ($0.0, Self.window($0.1, hour)) }, hours) : nil
            }
        }
    }

    /// The newest hours first.
    private static func window(_ values: [Fraction?], _ hour: Int) -> [Fraction?] {
        if values.isEmpty { return [] }
        return (max(0, hour - windowHours + 1)...hour).reversed().map { values[$0] }
    }

    private func record(
        _ station: StationID, _ start: Instant, _ windows: [(ParameterID, [Fraction?])],
        _ hours: [ParameterID: AirHours]
    ) -> DumpRecord {
        var values: [USAirIndexStandard.Column: Fraction] = [:]
        var reasons: [String] = []
        for (parameter, window) in windows {
            switch nowCast(window) {
            case .success(let value): values[USAirIndexStandard.Column(parameter, .day)] = value
            case .failure(let reason): reasons.append("\(parameter): \(reason)")
            }
        }
        let index = usAirIndex(values)
        let standard = USAirIndexStandard.of2024
        let result = try? index.result.get()
        func subIndex(_ parameter: ParameterID) -> String {
            (try? index.items.first { $0.parameter == parameter }?.value.get()).map(String.init) ?? ""
        }
        let unconverted = Self.gases.filter { hours[$0] != nil }
        return [
            ("station", station.rawValue), ("start", start.iso8601(at: .china)),
            ("aqi", result.map(String.init) ?? ""), ("category", result.map(standard.category) ?? ""),
            ("responsible", index.responsible.map(\.rawValue).joined(separator: " ")),
            ("pm25", subIndex(Self.particles[0])), ("pm10", subIndex(Self.particles[1])),
            // The table is in ppm and ppb; mass concentrations are not converted without a stated temperature.
            ("not_converted", unconverted.map(\.rawValue).joined(separator: " ")), ("standard", index.standard),
            ("review", gathered.reviewState.rawValue), ("reason", reasons.joined(separator: "; ")),
        ]
    }
}
