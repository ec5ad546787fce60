// What a registry adds to the law's tables: early adoption of a standard, kinds of water with evidence, item lists.

/// A standard brought into force in one region before the day it holds everywhere.
package struct Adoption: Hashable, Sendable {
    package let region: RegionID
    /// The standard's name as in the tables: `GB 3095-2012`.
    package let standard: String
    package let from: CivilDate
    /// The document that orders it.
    package let document: String

    package init(region: RegionID, standard: String, from: CivilDate, document: String) {
        self.region = region
        self.standard = standard
        self.from = from
        self.document = document
    }
}

/// What kind of water a section of a feed stands in, and why we say so.
package struct WaterBodyEntry: Hashable, Sendable {
    package let basin: String
    package let section: String
    package let waterBody: WaterBody
    package let evidence: String

    package init(basin: String, section: String, waterBody: WaterBody, evidence: String) {
        self.basin = basin
        self.section = section
        self.waterBody = waterBody
        self.evidence = evidence
    }

    /// `basin/section`, the key under which a registry holds it.
    package var key: String { "\(basin)/\(section)" }
}

/// The standard a boundary is assessed by, and the items that take part.
package struct BoundaryStandard: Hashable, Sendable {
    /// `GB 3838-2002`, or `GB 3095` whose edition follows from date and area.
    package let family: String
    /// Water: `5+X`, `21` or `listed`. Air: `AQI`.
    package let itemProfile: String
    /// The X of `5+X`, or all items of `listed`.
    package let items: [ParameterID]

    package init(family: String, itemProfile: String, items: [ParameterID]) {
        self.family = family
        self.itemProfile = itemProfile
        self.items = items
    }
}

extension Registry {
    /// `region` and the regions above it, nearest first. Unknown regions end the chain, a cycle ends it too.
    package func chain(of region: RegionID) -> [RegionID] {
        var chain: [RegionID] = []
        var next: RegionID? = region
        while let id = next, !chain.contains(id) {
            chain.append(id)
            next = regions[id]?.parent
        }
        return chain
    }

    /// The kind of water known for a station or section of a feed, `nil` when nobody says.
    ///
    /// The station as registered comes first, then the evidence under its id, then under the id without its first part:
    /// readers of the national feed name a section `province/basin/section`.
    package func waterBody(of station: StationID) -> WaterBody? {
        let id = stationNames[station.rawValue] ?? station
        if let known = stations[id]?.waterBody { return known }
        if let entry = waterBodies[station.rawValue] { return entry.waterBody }
        guard let slash = station.rawValue.firstIndex(of: "/") else { return nil }
        return waterBodies[String(station.rawValue[station.rawValue.index(after: slash)...])]?.waterBody
    }
}
