// What a deployer registers: regions, boundaries, sections, stations and the profiles of their sources.

package import Exact

/// The id of a region (行政区): a party that can owe.
package struct RegionID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: String
    package init(_ rawValue: String) { self.rawValue = rawValue }
    package static func < (left: RegionID, right: RegionID) -> Bool { left.rawValue < right.rawValue }
    package var description: String { rawValue }
}

/// A province, city or county.
package struct Region: Hashable, Sendable {
    package enum Level: String, Sendable, CaseIterable { case province, city, county }

    package let id: RegionID
    package let name: BilingualName
    package let level: Level
    /// The region above, `nil` for a province. The chain of parents has no cycle.
    package let parent: RegionID?

    package init(id: RegionID, name: BilingualName, level: Level, parent: RegionID?) {
        self.id = id
        self.name = name
        self.level = level
        self.parent = parent
    }
}

/// A span of civil dates, `from` included, `until` excluded (`nil`: open).
package struct DateSpan: Hashable, Sendable {
    package let from: CivilDate?
    package let until: CivilDate?

    package init(from: CivilDate?, until: CivilDate?) {
        self.from = from
        self.until = until
    }

    package func contains(_ date: CivilDate) -> Bool {
        (from.map { $0 <= date } ?? true) && (until.map { date < $0 } ?? true)
    }
}

/// Where two or more regions meet (跨界边界).
package struct Boundary: Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable { case river, air }

    package let id: String
    package let name: BilingualName
    package let kind: Kind
    package let regions: [RegionID]
    /// True when numbers in it are invented for demonstration; shown wherever the boundary is shown.
    package let isExample: Bool

    package init(id: String, name: BilingualName, kind: Kind, regions: [RegionID], isExample: Bool) {
        self.id = id
        self.name = name
        self.kind = kind
        self.regions = regions
        self.isExample = isExample
    }
}

/// What kind of water a section or station stands in; the limits for phosphorus differ (GB 3838-2002, table 1).
package enum WaterBody: String, Sendable, CaseIterable { case river, lake }

/// A river cross-section (断面) or an air assessment point that an agreement names.
package struct Section: Hashable, Sendable {
    /// What the section must reach, over a span of dates.
    package struct Target: Hashable, Sendable {
        package let span: DateSpan
        /// Water: the worst class that meets the target.
        package let waterClass: WaterClass?
        /// Air: the highest hourly IAQI that raises no alert (100 is the top of level 2, HJ 633).
        package let indexLimit: Int?
        /// The share of the limit from which a reading raises a pre-warning; `nil`: none does.
        package let preWarningShare: ExactDecimal?
        /// The share of the limit below which the rest of a month must stay before the month's forecast is told; `nil`:
        /// only a target that can no longer be kept is.
        package let forecastShare: ExactDecimal?
        /// The document that sets the target, or the word `example`.
        package let source: String

        package init(
            span: DateSpan, waterClass: WaterClass?, indexLimit: Int?, preWarningShare: ExactDecimal? = nil,
            forecastShare: ExactDecimal? = nil, source: String
        ) {
            self.span = span
            self.waterClass = waterClass
            self.indexLimit = indexLimit
            self.preWarningShare = preWarningShare
            self.forecastShare = forecastShare
            self.source = source
        }
    }

    package let id: SectionID
    package let name: BilingualName
    package let boundary: String
    package let river: BilingualName?
    package let waterBody: WaterBody?
    /// The region the water or air comes from; `nil` where the direction changes or both banks share.
    package let upstream: RegionID?
    package let downstream: RegionID?
    /// The stations that measure for this section, in order of precedence.
    package let stations: [StationID]
    package let targets: [Target]

    package init(
        id: SectionID, name: BilingualName, boundary: String, river: BilingualName?, waterBody: WaterBody?,
        upstream: RegionID?, downstream: RegionID?, stations: [StationID], targets: [Target]
    ) {
        self.id = id
        self.name = name
        self.boundary = boundary
        self.river = river
        self.waterBody = waterBody
        self.upstream = upstream
        self.downstream = downstream
        self.stations = stations
        self.targets = targets
    }

    package func target(on date: CivilDate) -> Target? { targets.first { $0.span.contains(date) } }
}

/// An instrument site (监测站).
package struct Station: Hashable, Sendable {
    package enum Medium: String, Sendable, CaseIterable { case water, air }

    package let id: StationID
    package let name: BilingualName
    package let medium: Medium
    package let region: RegionID?
    package let waterBody: WaterBody?
    /// Names under which feeds know this station: `断面名称` or a station code.
    package let aliases: [String]
    /// The step between observations, `nil` when it is not known.
    package let cadence: Duration64?
    package let profile: String
    /// Registered by ingestion alone: belongs to no boundary and can never settle.
    package let isProvisional: Bool
    /// What the station is registered to measure; empty when the registry does not say.
    package var parameters: [ParameterID] = []

    package init(
        id: StationID, name: BilingualName, medium: Medium, region: RegionID?, waterBody: WaterBody?,
        aliases: [String], cadence: Duration64?, profile: String, isProvisional: Bool
    ) {
        self.id = id
        self.name = name
        self.medium = medium
        self.region = region
        self.waterBody = waterBody
        self.aliases = aliases
        self.cadence = cadence
        self.profile = profile
        self.isProvisional = isProvisional
    }
}

/// Which end of its interval a time stamp names.
package enum StampPosition: String, Sendable, CaseIterable { case begin, end, instant }

/// How one source writes its batches: all that the bytes do not say themselves.
package struct SourceProfile: Hashable, Sendable {
    package var id: String
    package var name: BilingualName
    /// The zone of stamps without one; where `zone` is given, its standard time, for grids and printing.
    package var offset: UTCOffset
    /// The named zone of stamps without one, in place of a fixed distance.
    package var zone: SourceZone?
    package var stamp: StampPosition
    package var statistic: SeriesStatistic
    /// Length of an observation's interval; zero for instants.
    package var window: Duration64
    /// The step between observations, `nil` when it differs by station or is not known.
    package var cadence: Duration64?
    package var origin: SeriesOrigin
    /// Register unknown stations and parameters as provisional instead of quarantining their rows.
    package var adopts: Bool
    /// A later sent value replaces an earlier one instead of conflicting with it; all versions stay.
    package var revises: Bool
    /// Cell texts that state that there is no value, besides the empty cell.
    package var missingCodes: Set<String>
    /// What each source flag says of its value. A flag that is not listed leaves the value `notTested`.
    package var flags: [String: QualityVerdict]
    /// Names of parameters used by this source only.
    package var parameterNames: [String: ParameterID]
    /// Stamps further ahead of the receiving clock are quarantined.
    package var futureTolerance: Duration64
    /// What the bytes of the batch do not say of their text: zone names, units, decimal mark, encoding, shape.
    package var writing: SourceWriting

    package init(
        id: String, name: BilingualName, offset: UTCOffset, stamp: StampPosition, statistic: SeriesStatistic,
        window: Duration64, cadence: Duration64?, origin: SeriesOrigin, adopts: Bool, revises: Bool,
        missingCodes: Set<String>, flags: [String: QualityVerdict], parameterNames: [String: ParameterID],
        futureTolerance: Duration64, writing: SourceWriting = .plain, zone: SourceZone? = nil
    ) {
        self.id = id
        self.name = name
        self.offset = offset
        self.stamp = stamp
        self.statistic = statistic
        self.window = window
        self.cadence = cadence
        self.origin = origin
        self.adopts = adopts
        self.revises = revises
        self.missingCodes = missingCodes
        self.flags = flags
        self.parameterNames = parameterNames
        self.futureTolerance = futureTolerance
        self.writing = writing
        self.zone = zone
    }

    /// The distance from UTC that the source's clock shows at `instant`.
    package func offset(at instant: Instant) -> UTCOffset { zone?.zone.offset(at: instant) ?? offset }

    /// The zone of a time without one, as people write it: `+08:00` or `Europe/Berlin`.
    package var zoneText: String { zone?.zone.name ?? offset.description }
}

/// Everything under `stations/`, checked as one.
package struct Registry: Sendable {
    package var regions: [RegionID: Region] = [:]
    package var boundaries: [String: Boundary] = [:]
    package var sections: [SectionID: Section] = [:]
    package var stations: [StationID: Station] = [:]
    package var profiles: [String: SourceProfile] = [:]
    /// Station ids by the names feeds use (aliases and ids).
    package var stationNames: [String: StationID] = [:]
    /// Standards in force early in some regions.
    package var adoptions: [Adoption] = []
    /// The assessment points of regions (评价点位), by region in order of their first day.
    package var airPoints: [RegionID: [AirPointList]] = [:]
    /// The kind of water of sections of national feeds, by `basin/section`.
    package var waterBodies: [String: WaterBodyEntry] = [:]
    /// The standard and item list of each boundary, by boundary id.
    package var boundaryStandards: [String: BoundaryStandard] = [:]
    /// Rivers and basins with their dated lists of sections, by id.
    package var waterSystems: [String: WaterSystem] = [:]
    /// Limits and episode rules that `tributary detect` can be asked for, by id.
    package var limitProfiles: [String: LimitProfile] = [:]

    package init() {}

    /// A registry without an entry: every station is unknown, and a person who ingests into it adopts.
    package var isEmpty: Bool { stations.isEmpty && boundaries.isEmpty }

    /// The sections a station measures for, in id order.
    package func sections(of station: StationID) -> [Section] {
        sections.values.filter { $0.stations.contains(station) }.sorted { $0.id < $1.id }
    }
}
