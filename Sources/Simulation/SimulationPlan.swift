// Where and when the simulation plants its events: decided from the seed and the registry before any row is made.

internal import Exact
internal import Monitoring
internal import Standards
internal import Statistics

/// The stations of a simulation with what is planted at each.
struct SimulationPlan: Sendable {
    let stations: [Station]
    let limits: [StationID: DesignLimits]
    let events: [PlantedEvent]
    /// The outage whose rows a late batch brings after all.
    let refilled: PlantedEvent?
}

extension SimulationPlan {
    /// Cleaner than the target is normal up to here: an ordinary day is class Ⅱ–Ⅲ even where the target is Ⅴ.
    private static let worstOrdinaryClass = WaterClass(rank: 3)

    static func make(
        seed: UInt64, registry: Registry, from: CivilDate, until: CivilDate, offset: UTCOffset,
        standard: SurfaceWaterStandard
    ) -> SimulationPlan {
        let stations = registry.stations.values.filter { !$0.isProvisional }.sorted { $0.id < $1.id }
        var limits: [StationID: DesignLimits] = [:]
        for station in stations where station.medium == .water {
            limits[station.id] = designLimits(of: station, registry, on: from, standard)
        }
        var planter = Planter(
            seed: seed, from: from.start(at: offset), dayCount: until.dayNumber - from.dayNumber)
        let water = orderedByRole(stations.filter { $0.medium == .water }, registry, on: from)
        let air = orderedByRole(stations.filter { $0.medium == .air }, registry, on: from)
        // One episode at the first section of each river boundary, the drift at the next station, the step at the last.
        let leading = firstOfEachBoundary(water, registry)
        for (index, station) in leading.enumerated() {
            guard let design = limits[station.id] else { continue }
            let target = target(of: station, registry, on: from)?.waterClass ?? worstOrdinaryClass
            let body = station.waterBody ?? .river
            let over = standard.limit(of: ParameterID("nh3n"), for: target, in: body)?.approximate ?? design.nh3n
            // The level stands at 0.45 of the design limit; 1.4 of the target's limit on top is well above it.
            planter.plantEpisodes(
                at: station, "nh3n", hours: 72, size: 1.4 * over, fifths: index.isMultiple(of: 2) ? 3 : 2)
        }
        if let drifting = water.first(where: { !leading.contains($0) }) ?? water.first, let design = limits[drifting.id]
        {
            planter.plantDrift(at: drifting, "codmn", size: 0.24 * design.codmn)
        }
        if let stepping = water.last { planter.plantStep(at: stepping, "ec", size: 96) }
        if let polluted = air.first { planter.plantEpisodes(at: polluted, "pm25", hours: 40, size: 130, fifths: 3) }
        var refilled: PlantedEvent?
        for station in stations {
            let outages = planter.plantOutages(at: station)
            if refilled == nil { refilled = outages.first }
            planter.plantSpikes(at: station)
        }
        return SimulationPlan(stations: stations, limits: limits, events: planter.events, refilled: refilled)
    }

    /// Stations of sections, the first of each boundary; one station where none has a section.
    private static func firstOfEachBoundary(_ stations: [Station], _ registry: Registry) -> [Station] {
        var seen: Set<String> = []
        let first = stations.filter { station in
            registry.sections(of: station.id).contains { seen.insert($0.boundary).inserted }
        }
        return first.isEmpty ? Array(stations.prefix(1)) : first
    }

    private static func target(of station: Station, _ registry: Registry, on date: CivilDate) -> Section.Target? {
        registry.sections(of: station.id).lazy.compactMap { $0.target(on: date) }.first
    }

    private static func designLimits(
        of station: Station, _ registry: Registry, on date: CivilDate, _ standard: SurfaceWaterStandard
    ) -> DesignLimits {
        let target = target(of: station, registry, on: date)?.waterClass ?? worstOrdinaryClass
        let ordinary = min(max(target, WaterClass(rank: 2)), worstOrdinaryClass)
        func value(_ parameter: String) -> Double {
            let body = station.waterBody ?? .river
            guard let value = standard.limit(of: ParameterID(parameter), for: ordinary, in: body)?.approximate else {
                preconditionFailure("The standard has no limit for \(parameter), which the simulation is built on.")
            }
            return value
        }
        return DesignLimits(codmn: value("codmn"), nh3n: value("nh3n"), tp: value("tp"))
    }

    /// Stations of sections between two named regions first, in the order of the sections; then the others.
    private static func orderedByRole(
        _ stations: [Station], _ registry: Registry, on date: CivilDate
    ) -> [Station] {
        func rank(_ station: Station) -> (Int, String) {
            let sections = registry.sections(of: station.id)
            guard let first = sections.first else { return (2, "") }
            let between = sections.first { $0.upstream != nil && $0.downstream != nil && $0.target(on: date) != nil }
            return between.map { (0, $0.id.rawValue) } ?? (1, first.id.rawValue)
        }
        return stations.map { (rank: rank($0), station: $0) }
            .sorted { ($0.rank.0, $0.rank.1, $0.station.id) < ($1.rank.0, $1.rank.1, $1.station.id) }
            .map(\.station)
    }
}

/// Collects events; each kind and station draws from a generator of its own.
private struct Planter {
    let seed: UInt64
    let from: Instant
    let dayCount: Int
    var events: [PlantedEvent] = []

    private static let yearDays = 365

    private mutating func plant(
        _ kind: PlantedEvent.Kind, _ station: Station, _ parameter: String?, onsetHour: Int, hours: Int, size: Double
    ) -> PlantedEvent {
        // On the station's own clock marks, so that the first reading of an event is its onset.
        let step = max(1, Int(SimulatedStation.cadence(of: station).milliseconds / 3_600_000))
        let onset = from.advanced(by: .hours(onsetHour / step * step))
        let event = PlantedEvent(
            kind: kind, station: station.id, parameter: parameter.map { ParameterID($0) }, onset: onset,
            end: onset.advanced(by: .hours(max(step, hours / step * step))), size: size)
        events.append(event)
        return event
    }

    /// One episode in each year, so many fifths of the way through.
    mutating func plantEpisodes(at station: Station, _ parameter: String, hours: Int, size: Double, fifths: Int) {
        for yearStart in stride(from: 0, to: dayCount, by: Self.yearDays) {
            let days = min(Self.yearDays, dayCount - yearStart)
            guard days >= 5 || yearStart == 0 else { continue }
            let length = min(hours, days * 6)
            _ = plant(
                .episode, station, parameter, onsetHour: yearStart * 24 + days * 24 * fifths / 5, hours: length,
                size: size)
        }
    }

    /// A rise over the last 80 days, or over all of a shorter time of at least 40.
    mutating func plantDrift(at station: Station, _ parameter: String, size: Double) {
        guard dayCount >= 40 else { return }
        let days = min(80, dayCount)
        _ = plant(.drift, station, parameter, onsetHour: (dayCount - days) * 24, hours: days * 24, size: size)
    }

    mutating func plantStep(at station: Station, _ parameter: String, size: Double) {
        guard dayCount >= 4 else { return }
        _ = plant(
            .step, station, parameter, onsetHour: dayCount * 12, hours: dayCount * 24 - dayCount * 12, size: size)
    }

    /// About three outages a year of 8 to 31 hours, none during an episode at the same station.
    mutating func plantOutages(at station: Station) -> [PlantedEvent] {
        var generator = SplitMix64(seed: seed, label: "outage/\(station.id)")
        var planted: [PlantedEvent] = []
        for _ in 0..<max(1, dayCount * 3 / Self.yearDays) where dayCount >= 7 {
            let onsetHour = generator.below((dayCount - 3) * 24)
            let hours = 8 + generator.below(24)
            let guarded = Interval(
                start: from.advanced(by: .hours(onsetHour - 24)), end: from.advanced(by: .hours(onsetHour + hours + 24))
            )
            let meets = events.contains { event in
                event.station == station.id && (event.kind == .episode || event.kind == .outage)
                    && guarded.overlaps(Interval(start: event.onset, end: event.end))
            }
            if meets { continue }
            planted.append(plant(.outage, station, nil, onsetHour: onsetHour, hours: hours, size: 0))
        }
        return planted.sorted { $0.onset < $1.onset }
    }

    /// About one single-reading spike every thirty days.
    mutating func plantSpikes(at station: Station) {
        var generator = SplitMix64(seed: seed, label: "spike/\(station.id)")
        let parameters = station.medium == .water ? ["turb", "codmn", "tp", "ec"] : ["so2", "no2", "co", "pm25"]
        for _ in 0..<(dayCount / 30) {
            let parameter = parameters[generator.below(parameters.count)]
            let hour = generator.below(dayCount * 24)
            _ = plant(.spike, station, parameter, onsetHour: hour, hours: 1, size: 4 + Double(generator.below(4)))
        }
    }
}
