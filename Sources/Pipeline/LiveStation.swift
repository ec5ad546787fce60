// A station of a section as its detectors see it: which series speak in real time, how they are judged, and the basis
// that a stored state stands on.

package import Detection
internal import Formats
package import Monitoring
package import Quality
internal import Standards

/// What the water department publishes of a section: it says nothing of whether the station's instruments are heard.
private let waterDepartment: Set<ParameterID> = [ParameterID("discharge"), ParameterID("flow_direction")]

/// The series of a station that alerts are made of.
///
/// Sliding means and daily maxima repeat what hour means say, and manual or monthly values are no real-time readings:
/// none of them takes part in an alert. A feed's published readings do where the station sends us none itself.
package func realTimeSeries(among all: [SeriesKey]) -> [SeriesKey] {
    let realTime = all.filter { ($0.statistic == .instant || $0.statistic == .mean) && $0.window <= .hours(4) }
    let automatic = realTime.filter { $0.origin == .automatic }
    let published = realTime.filter { $0.origin == .published && !waterDepartment.contains($0.parameter) }
    return automatic.isEmpty ? published : automatic
}

/// A station whose readings are looked at as they come.
package struct LiveStation {
    package let screen: StationScreen
    /// The station's real-time series.
    package let series: [SeriesKey]
    package let blocks: ScreeningBlocks
    /// Everything but the readings that the findings depend on: a state of another basis is of no use.
    package let basis: Digest256
    let screening: StationScreening
    /// For each series whether its parameter is judged, or held against a judged one by a rule of the check set.
    let isScreened: [Bool]

    /// The parameters whose values are looked at.
    package var viewed: [ParameterID] { zip(series, isScreened).filter(\.1).map(\.0.parameter) }

    /// - Parameters:
    ///   - series: all series of the station.
    ///   - table: the checks of stations before it, of the same registry.
    ///   - records: of the checks of the station's instruments.
    ///   - basis: the basis, where it was computed before of the same things.
    /// - Returns: `nil` when the section belongs to no boundary.
    package init?(
        _ section: Section, _ station: Station, in registry: Registry, series: [SeriesKey], checks: CheckSet,
        table: inout StationChecksTable, rules: DetectionRules, records: [InstrumentRecord] = [],
        basis: Digest256? = nil
    ) {
        switch registry.boundaries[section.boundary]?.kind {
        case nil: return nil
        case .river:
            screen = .water(
                section, station, standard: .gb3838of2002, rules: rules.judging(section, in: registry),
                waterBody: registry.waterBody(of: station.id))
        case .air:
            screen = .air(
                section, station,
                edition: { station, instant in AirEdition.at(instant, region: station.region, registry: registry) },
                rules: rules)
        }
        self.series = realTimeSeries(among: series)
        let judged = Set(screen.parameters)
        let screened = judged.reduce(into: judged) { $0.formUnion(checks.companions(of: $1)) }
        let isScreened = self.series.map { screened.contains($0.parameter) }
        self.isScreened = isScreened
        let profile = registry.profiles[station.profile]
        let failed = FailedStretches(records, rules: checks.instruments)
        screening = StationScreening(
            zip(self.series, isScreened).filter(\.1).map(\.0), judged: judged, of: station, checks: checks,
            table: &table, profile: profile, failed: failed)
        blocks = ScreeningBlocks(cadence: station.cadence)
        if let basis {
            self.basis = basis
            return
        }
        let flags = (profile?.flags ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.rawValue)" }
        let chain = station.region.map { registry.chain(of: $0) } ?? []
        let adoptions = registry.adoptions.filter { chain.contains($0.region) }
        // Said where the boundary names others than the rules, so that other states stay of use.
        let items =
            screen.rules.waterItems == rules.waterItems
            ? "" : "\nitems \(screen.rules.waterItems.map(\.rawValue).joined(separator: " "))"
        let known = section.waterBody(at: station, in: registry)
        let text =
            [
                "detectors \(StationDetectors.version)", "checks \(checks.id)",
                "blocks \(blocks.length) \(blocks.margin)", "rules \(Self.text(of: rules))",
                "section \(section.id.rawValue) \(section.waterBody?.rawValue ?? "")",
                "targets \(section.targets.map(\.basisText).joined(separator: "; "))",
                "station \(station.id.rawValue) \(known?.rawValue ?? "unstated") \(station.cadence?.milliseconds ?? 0)",
                "flags \(flags.joined(separator: "; "))", "adoptions \(adoptions.isEmpty ? "" : "\(adoptions)")",
                "series \(self.series.map(\.canonicalText).sorted().joined(separator: "; "))",
            ].joined(separator: "\n") + items + failed.text
        self.basis = sha256(Array(text.utf8))
    }

    /// The rules of every deployment, in words: made once, for it takes longer than all else of a basis.
    private static let usualRules = (rules: DetectionRules(), text: "\(DetectionRules())")

    private static func text(of rules: DetectionRules) -> String {
        rules == usualRules.rules ? usualRules.text : "\(rules)"
    }
}

extension DetectionRules {
    /// These rules with the items that take part in the class of a section: those its boundary names.
    package func judging(_ section: Section, in registry: Registry) -> DetectionRules {
        let named = registry.boundaryStandards[section.boundary].flatMap { WaterItemProfile($0) }?.items
        guard let named, named != waterItems else { return self }
        var rules = self
        rules.waterItems = waterItems.filter { named.contains($0) } + named.filter { !waterItems.contains($0) }
        return rules
    }
}

extension Section {
    /// The kind of water at one of its stations, `nil` where nobody said it.
    package func waterBody(at station: Station, in registry: Registry) -> WaterBody? {
        waterBody ?? station.waterBody ?? registry.waterBody(of: station.id)
    }
}

extension Section.Target {
    /// All that a finding may depend on.
    fileprivate var basisText: String {
        let dates = [span.from, span.until].map { $0.map { "\($0.year)-\($0.month)-\($0.day)" } ?? "" }
        let shares = [preWarningShare, forecastShare].map { $0.map { "\($0)" } ?? "" }
        return "\(dates[0])…\(dates[1]) class \(waterClass?.rank ?? 0) index \(indexLimit ?? -1) shares \(shares[0]) "
            + "\(shares[1])"
    }
}
