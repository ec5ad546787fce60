// How one parameter of a station is judged in one section: the limits in force day by day, and what a finding says.

internal import Exact
package import Monitoring
package import Standards
internal import Statistics

/// The edition of the air standards at a place and time (`AirEdition.at` with the station's region and the registry).
package typealias AirEditionChoice = (Station, Instant) -> Result<AirEdition, NotAssessable>

/// One parameter at one station of a section. A class, for it is handed on with every reading.
final class ItemScreen {
    enum Law {
        case water(SurfaceWaterStandard.Item, SurfaceWaterStandard)
        case air(AirEditionChoice)
    }

    /// What holds on one civil day: targets and editions change from one day to another, never within one.
    struct Day {
        let number: Int
        var limit: TargetLimit?
        /// The shares of the limit that are told of before it is reached.
        var preWarningShare: ExactDecimal?
        var forecastShare: ExactDecimal?
        fileprivate(set) var index: AirIndexStandard?
        /// Of water: the values that are within the limit and not near it, as most are.
        fileprivate(set) var plain = PlainValues()
    }

    let section: Section
    let station: Station
    let parameter: ParameterID
    /// `nil` where only trend and change are looked at.
    let law: Law?
    let hasTrend: Bool
    let hasChange: Bool
    let rules: DetectionRules

    init(
        section: Section, station: Station, parameter: ParameterID, law: Law?, hasTrend: Bool, hasChange: Bool,
        rules: DetectionRules
    ) {
        self.section = section
        self.station = station
        self.parameter = parameter
        self.law = law
        self.hasTrend = hasTrend
        self.hasChange = hasChange
        self.rules = rules
    }

    var unit: String { if case .water(let item, _)? = law { item.unit } else { "" } }

    func day(_ number: Int) -> Day {
        var day = Day(number: number)
        let date = CivilDate(dayNumber: number)
        guard let law, let target = section.target(on: date) else { return day }
        day.preWarningShare = target.preWarningShare
        day.forecastShare = target.forecastShare
        switch law {
        case .water(let item, let standard):
            guard standard.span.contains(date), let worst = target.waterClass, worst.rank <= 5 else { break }
            switch item.direction {
            case .maximum: day.limit = .maximum(item.limits[worst.rank - 1])
            case .minimum: day.limit = .minimum(item.limits[worst.rank - 1])
            case .range: day.limit = .range(item.limits[0], item.limits[1])
            }
            if let limit = day.limit { day.plain = PlainValues(limit, nearFrom: day.preWarningShare) }
        case .air(let edition):
            day.limit = target.indexLimit.map { .maximum(ExactDecimal(mantissa: Int64($0), exponent: 0)) }
            day.index = try? edition(station, date.start(at: rules.offset)).get().index
        }
        return day
    }

    /// What is held against the day's limit: the value itself, or the index made from it. `nil` where there is none: no
    /// edition, a negative value.
    func judged(_ value: ExactDecimal, on day: Day) -> ExactDecimal? {
        guard case .air? = law else { return value }
        let averaging = AirIndexStandard.hourlyColumn(of: parameter)
        return day.index?.subIndex(of: value, parameter: parameter, over: averaging).value
            .map { ExactDecimal(mantissa: Int64($0), exponent: 0) }
    }

    /// What a month's mean is held against: concentrations of water only.
    func monthTarget(on number: Int) -> MonthFollower.Target? {
        guard case .water? = law else { return nil }
        let day = day(number)
        return day.limit.map { ($0, day.forecastShare) }
    }

    func id(_ kind: FindingID.Kind, _ start: Instant) -> FindingID {
        FindingID(kind: kind, section: section.id, station: station.id, parameter: parameter, start: start)
    }

    func finding(_ episode: ThresholdEpisode) -> Finding? {
        described(episode).map {
            Finding(id: id(.threshold, episode.start), end: episode.end, detail: .threshold($0))
        }
    }

    func preWarning(_ episode: ThresholdEpisode) -> Finding? {
        let day = day(episode.peak.start.dayNumber(at: rules.offset))
        guard let described = described(episode), let limit = day.limit, let share = day.preWarningShare else {
            return nil
        }
        return Finding(
            id: id(.preWarning, episode.start), end: episode.end,
            detail: .preWarning(PreWarningFinding(reached: described, limit: limit, share: share)))
    }

    private func described(_ episode: ThresholdEpisode) -> ThresholdFinding? {
        let peak = episode.peak
        let date = CivilTime(peak.start, at: rules.offset).date
        switch law {
        case nil: return nil
        case .water(let item, _):
            return ThresholdFinding(
                episode: episode, multiple: item.hasMultiple ? exceedanceMultiple(peak) : nil,
                peakClass: item.rank(of: peak.value), targetClass: section.target(on: date)?.waterClass,
                peakIndex: nil, targetIndex: nil, unit: item.unit, basis: basis(at: peak.start))
        case .air(let edition):
            guard case .success(let inForce) = edition(station, peak.start),
                let target = section.target(on: date)?.indexLimit
            else { return nil }
            return ThresholdFinding(
                episode: episode, multiple: nil, peakClass: nil, targetClass: nil,
                peakIndex: Int(peak.judged.mantissa), targetIndex: target,
                unit: inForce.limits.limits.first { $0.parameter == parameter }?.unit ?? "",
                basis: basis(at: peak.start))
        }
    }

    func finding(_ forecast: MonthForecast) -> Finding {
        let detail = ForecastFinding(
            month: forecast.month, evaluatedAt: forecast.evaluatedAt, outlook: forecast.outlook,
            limit: forecast.limit, share: forecast.share, unit: unit, basis: basis(at: forecast.month.start))
        return Finding(id: id(.forecast, forecast.start), end: forecast.end, detail: .forecast(detail))
    }

    func finding(_ trend: TrendEpisode, _ direction: TrendFinding.Direction) -> Finding {
        func start(of day: Int) -> Instant { CivilDate(dayNumber: day).start(at: rules.offset) }
        let detail = TrendFinding(
            direction: direction, windowEnd: start(of: trend.lastDay + 1), dayCount: trend.dayCount,
            probability: trend.test.probability, slopePerYear: trend.test.slopePerYear, median: trend.test.median,
            unit: unit)
        return Finding(
            id: id(.trend, start(of: trend.startDay)), end: trend.endDay.map { start(of: $0) },
            detail: .trend(detail))
    }

    func finding(_ episode: ChangeEpisode, _ grid: ChangeGrid) -> Finding {
        let detail = ChangeFinding(episode, grid: grid, rule: rules.change, unit: changeUnit)
        return Finding(
            id: id(.change, grid.start(of: episode.change.start)),
            end: episode.settled.map { grid.start(of: $0) }, detail: .change(detail))
    }

    /// Items without a class limit have their unit from the catalogue.
    private var changeUnit: String {
        unit.isEmpty ? ParameterCatalogue.standard[parameter]?.unit ?? "" : unit
    }

    private func basis(at instant: Instant) -> LegalBasis {
        switch law {
        case .air(let edition):
            let inForce = try? edition(station, instant).get()
            return LegalBasis(
                standard: inForce?.index.document ?? "", edition: inForce?.index.id ?? "",
                clause: "分指数限值表 / IAQI break points")
        case .water(_, let standard):
            return LegalBasis(standard: standard.id, edition: standard.id, clause: "表1 / table 1")
        case nil: return LegalBasis(standard: "", edition: "", clause: "")
        }
    }
}

/// One station of a section with everything that is judged of it.
package struct StationScreen {
    package let section: Section
    package let station: Station
    package let rules: DetectionRules
    let items: [ItemScreen]

    /// The items of a river section that the rules name; limits by `standard`.
    package static func water(
        _ section: Section, _ station: Station, standard: SurfaceWaterStandard, rules: DetectionRules
    ) -> StationScreen {
        let waterBody = section.waterBody ?? station.waterBody ?? .river
        var parameters = rules.waterItems
        for parameter in rules.trendItems + rules.changeItems where !parameters.contains(parameter) {
            parameters.append(parameter)
        }
        let items = parameters.compactMap { parameter -> ItemScreen? in
            let item = rules.waterItems.contains(parameter) ? standard.item(parameter, in: waterBody) : nil
            let hasTrend = rules.trendItems.contains(parameter)
            let hasChange = rules.changeItems.contains(parameter)
            guard item != nil || hasTrend || hasChange else { return nil }
            return ItemScreen(
                section: section, station: station, parameter: parameter, law: item.map { .water($0, standard) },
                hasTrend: hasTrend, hasChange: hasChange, rules: rules)
        }
        return StationScreen(section: section, station: station, rules: rules, items: items)
    }

    /// The items of the air index; each hour is judged by the edition of HJ 633 in force at its start and place, and
    /// where none is, it takes no part.
    package static func air(
        _ section: Section, _ station: Station, edition: @escaping AirEditionChoice, rules: DetectionRules
    ) -> StationScreen {
        let items = AirIndexStandard.items.map { parameter in
            ItemScreen(
                section: section, station: station, parameter: parameter, law: .air(edition), hasTrend: false,
                hasChange: false, rules: rules)
        }
        return StationScreen(section: section, station: station, rules: rules, items: items)
    }

    /// The parameters that are judged.
    package var parameters: [ParameterID] { items.map(\.parameter) }
}
