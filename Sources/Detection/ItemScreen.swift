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
        /// The stricter limit of the other kind of water, where nobody said which it is: what lies between the two is
        /// neither over nor within.
        fileprivate(set) var strictLimit: TargetLimit?
        fileprivate(set) var index: AirIndexStandard?
        /// Of water: the values that are within the limit and not near it, as most are.
        fileprivate(set) var plain = PlainValues()

        /// What the pre-warning makes of a plain value.
        enum Nearness { case untold, told, unknown }

        var nearness: Nearness {
            if case nil = preWarningShare { return .untold }
            // A share of a range says nothing: no value is known to be near or not.
            if case .range? = limit { return .unknown }
            return .told
        }

        /// Whether the limits of both kinds of water say the same of a value, where both may hold.
        func isDecided(_ value: ExactDecimal, _ qualifier: Qualifier) -> Bool {
            guard let limit, let strictLimit else { return true }
            switch (limit.judge(value, qualifier), strictLimit.judge(value, qualifier)) {
            case (.over, .over), (.within, .within): return true
            default: return false
            }
        }
    }

    let section: Section
    let station: Station
    let parameter: ParameterID
    /// `nil` where only trend and change are looked at.
    let law: Law?
    /// The row of lakes, where nobody said the kind of water and it differs from the one of rivers, which is `law`'s.
    let lakeItem: SurfaceWaterStandard.Item?
    let hasTrend: Bool
    /// Readings of the window in which a trend is looked for instead; `nil`: none.
    let slidingWindow: Int?
    let hasChange: Bool
    let rules: DetectionRules

    init(
        section: Section, station: Station, parameter: ParameterID, law: Law?,
        lakeItem: SurfaceWaterStandard.Item? = nil, hasTrend: Bool, hasChange: Bool, rules: DetectionRules
    ) {
        self.section = section
        self.station = station
        self.parameter = parameter
        self.law = law
        self.lakeItem = lakeItem
        slidingWindow = rules.slidingWindow(of: parameter, at: station)
        self.hasTrend = hasTrend && slidingWindow == nil
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
            day.limit = TargetLimit(item, worst)
            if let lakeItem {
                // A share of a limit that may be another's says nothing: neither pre-warning nor forecast.
                (day.preWarningShare, day.forecastShare) = (nil, nil)
                let lake = TargetLimit(lakeItem, worst)
                let isLakeStricter = day.limit.map { lake.isStricter(than: $0) } ?? false
                (day.limit, day.strictLimit) = isLakeStricter ? (day.limit, lake) : (lake, day.limit)
                if let strict = day.strictLimit { day.plain = PlainValues(strict, nearFrom: nil) }
                return day
            }
            if let limit = day.limit {
                day.plain = PlainValues(limit, nearFrom: limit.isRange ? nil : day.preWarningShare)
            }
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
        guard case .water? = law, lakeItem == nil else { return nil }
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
                peakClass: peakClass(of: peak.value, item), targetClass: section.target(on: date)?.waterClass,
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

    /// The class of a value; `nil` where it depends on the kind of water and nobody said that.
    private func peakClass(of value: ExactDecimal, _ item: SurfaceWaterStandard.Item) -> WaterClass? {
        let rank = item.rank(of: value)
        return lakeItem.map { $0.rank(of: value) == rank } ?? true ? rank : nil
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
            unit: slidingWindow == nil ? unit : changeUnit)
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
            let clause =
                lakeItem == nil
                ? "表1 / table 1"
                : "表1，水体类型未登记：按河流和湖库限值均超 / table 1, water body not stated: over the limits of river and lake"
            return LegalBasis(standard: standard.id, edition: standard.id, clause: clause)
        case nil: return LegalBasis(standard: "", edition: "", clause: "")
        }
    }
}

extension TargetLimit {
    /// - Precondition: the class is one of Ⅰ…Ⅴ.
    fileprivate init(_ item: SurfaceWaterStandard.Item, _ worst: WaterClass) {
        switch item.direction {
        case .maximum: self = .maximum(item.limits[worst.rank - 1])
        case .minimum: self = .minimum(item.limits[worst.rank - 1])
        case .range: self = .range(item.limits[0], item.limits[1])
        }
    }

    fileprivate var isRange: Bool { if case .range = self { true } else { false } }

    /// Whether less is within this limit than within another of the same direction.
    fileprivate func isStricter(than other: TargetLimit) -> Bool {
        switch (self, other) {
        case (.maximum(let own), .maximum(let others)): own < others
        case (.minimum(let own), .minimum(let others)): own > others
        default: false
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
    ///
    /// - Parameter waterBody: what is known of the kind of water where neither section nor station says it; without it
    ///   only what river and lake agree on is decided.
    package static func water(
        _ section: Section, _ station: Station, standard: SurfaceWaterStandard, rules: DetectionRules,
        waterBody evidence: WaterBody? = nil
    ) -> StationScreen {
        let waterBody = section.waterBody ?? station.waterBody ?? evidence
        var parameters = rules.waterItems
        let sliding = rules.slidingTrends.filter { $0.applies(to: station) }.map(\.parameter)
        for parameter in rules.trendItems + rules.changeItems + sliding where !parameters.contains(parameter) {
            parameters.append(parameter)
        }
        let items = parameters.compactMap { parameter -> ItemScreen? in
            var (item, lakeItem): (SurfaceWaterStandard.Item?, SurfaceWaterStandard.Item?) = (nil, nil)
            switch rules.waterItems.contains(parameter) ? standard.row(of: parameter, in: waterBody) : nil {
            case .item(let known): item = known
            case .unlike(let river, let lake): (item, lakeItem) = (river, lake)
            case nil: break
            }
            let hasTrend = rules.trendItems.contains(parameter)
            let hasChange = rules.changeItems.contains(parameter)
            guard item != nil || hasTrend || hasChange || sliding.contains(parameter) else { return nil }
            return ItemScreen(
                section: section, station: station, parameter: parameter, law: item.map { .water($0, standard) },
                lakeItem: lakeItem, hasTrend: hasTrend, hasChange: hasChange, rules: rules)
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
