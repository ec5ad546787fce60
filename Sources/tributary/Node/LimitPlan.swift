// Which limits each stored series is judged by: a limit profile, or the standard and the targets of the sections.

import Detection
import Formats
import Monitoring
import Pipeline
import Standards
import Storage
import Web

/// The limits of the series of one book.
struct LimitPlan: Sendable {
    /// What a person reads of where the limits come from.
    let basis: Words
    let source: String
    private let profile: LimitProfile?
    private let registry: Registry
    private let rules: DetectionRules

    /// - Parameter id: which limit profile, when there are several.
    init(registry: Registry, rules: DetectionRules, limits id: String?, folder: String?) throws {
        self.registry = registry
        self.rules = rules
        if let id {
            guard let chosen = registry.limitProfiles[id] else {
                throw CommandFailure(
                    status: ExitStatus.inputUnusable,
                    message: "--limits \(id) names no limit profile: there are \(Self.names(registry)).")
            }
            profile = chosen
        } else {
            guard registry.limitProfiles.count <= 1 else {
                throw CommandFailure(
                    status: ExitStatus.inputUnusable,
                    message: "there are several limit profiles, \(Self.names(registry)): name one with --limits.")
            }
            profile = registry.limitProfiles.values.first
        }
        if let profile {
            basis = Words(
                chinese: "限值：\(profile.name.chinese)（\(profile.id)）",
                english: "Limits: \(profile.name.english) (\(profile.id))")
            source = profile.source
            return
        }
        guard registry.sections.values.contains(where: { registry.boundaries[$0.boundary]?.kind == .river }) else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message:
                    "nothing says which limits hold: \(folder.map { "\($0) has" } ?? "the node's registry has") neither "
                    + "a limit profile nor a river section; give a registry folder with --stations.")
        }
        basis = Words(
            chinese: "限值：GB 3838-2002 表1，目标为登记断面的水质目标",
            english: "Limits: GB 3838-2002 table 1, with the targets of the registered sections")
        source = "GB 3838-2002"
    }

    private static func names(_ registry: Registry) -> String {
        registry.limitProfiles.isEmpty ? "none" : registry.limitProfiles.keys.sorted().joined(separator: ", ")
    }

    /// How `record` is judged.
    func limits(of key: SeriesKey) -> SeriesLimits {
        if let profile { return limits(of: key, profile) }
        let station = registry.stations[key.station]
        let flags = FlagRule.verdicts(station.flatMap { registry.profiles[$0.profile]?.flags } ?? [:])
        let isReading = (key.statistic == .instant || key.statistic == .mean) && key.window <= .hours(4)
        let section = registry.sections(of: key.station).first {
            registry.boundaries[$0.boundary]?.kind == .river
        }
        guard isReading, let station, let section else {
            return SeriesLimits(series: key, spans: [], flags: flags, episode: rules.episode)
        }
        return SeriesLimits(
            series: key, spans: spans(of: key.parameter, section, station, rules.offset), flags: flags,
            episode: rules.episode)
    }

    /// Whether a series has no limits because nobody said the kind of water, on which they depend.
    func lacksWaterBody(_ key: SeriesKey) -> Bool {
        let section = registry.sections(of: key.station).first { registry.boundaries[$0.boundary]?.kind == .river }
        guard profile == nil, let section, let station = registry.stations[key.station],
            rules.judging(section, in: registry).waterItems.contains(key.parameter)
        else { return false }
        let standard = SurfaceWaterStandard.gb3838of2002
        guard section.waterBody(at: station, in: registry) == nil else { return false }
        if case .item? = standard.row(of: key.parameter, in: nil) { return false }
        return WaterBody.allCases.contains { standard.item(key.parameter, in: $0) != nil }
    }

    private func limits(of key: SeriesKey, _ profile: LimitProfile) -> SeriesLimits {
        let item = profile.items.first { $0.parameter == key.parameter }
        let spans = item.map { item in
            [
                LimitSpan(
                    interval: SeriesScan.wholeTime,
                    limits: ClassLimits(direction: item.direction, limits: item.limits),
                    overRank: profile.overClass.rank, overEnd: item.episodeEnd)
            ]
        }
        return SeriesLimits(
            series: key, spans: spans ?? [], flags: .listed(profile.flags, unflagged: profile.countsUnflagged),
            episode: EpisodeRule(holdOn: profile.holdOn, holdOff: profile.holdOff))
    }

    /// The limits of the standard, cut where the section's target changes.
    private func spans(
        of parameter: ParameterID, _ section: Section, _ station: Station, _ offset: UTCOffset
    ) -> [LimitSpan] {
        let standard = SurfaceWaterStandard.gb3838of2002
        // Items that take no part in the section's class (total nitrogen in rivers, with most lists) get none here.
        guard rules.judging(section, in: registry).waterItems.contains(parameter),
            case .item(let item)? = standard.row(of: parameter, in: section.waterBody(at: station, in: registry)),
            let direction = LimitDirection(rawValue: item.direction.rawValue), direction.isOrdered(item.limits)
        else { return [] }
        let limits = ClassLimits(direction: direction, limits: item.limits)
        // Targets and editions change from one civil day to another.
        let inForce = section.targets.map(\.span) + [standard.span]
        let days = Set(inForce.flatMap { [$0.from, $0.until].compactMap { $0 } }).sorted()
        let cuts = days.map { $0.start(at: offset) }
        var spans: [LimitSpan] = []
        let whole = SeriesScan.wholeTime
        for (place, start) in ([whole.start] + cuts).enumerated() {
            let end = place < cuts.count ? cuts[place] : whole.end
            let day = CivilTime(start, at: offset).date
            guard start < end, standard.span.contains(day) else { continue }
            let target = section.target(on: day)?.waterClass.flatMap { $0.rank <= 5 ? $0.rank : nil }
            spans.append(LimitSpan(interval: Interval(start: start, end: end), limits: limits, overRank: target))
        }
        return spans
    }
}
