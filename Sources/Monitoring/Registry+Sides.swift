// Who may speak for a station: the regions on either side of the sections it measures for.

extension Registry {
    /// The sides (regions) whose bureaus decide on what concerns a station, in order of their ids.
    ///
    /// The two regions of each section it measures for; where a section lies inside one region, the parties of its
    /// boundary; for a station without a section its own region.
    package func sides(of station: StationID) -> [RegionID] {
        var sides: Set<RegionID> = []
        for section in sections(of: station) {
            if let upstream = section.upstream, let downstream = section.downstream {
                sides.formUnion([upstream, downstream])
            } else {
                sides.formUnion(boundaries[section.boundary]?.regions ?? [])
            }
        }
        if sides.isEmpty, let own = stations[station]?.region { sides.insert(own) }
        return sides.sorted()
    }

    /// The side that the bureau of `region` speaks for at a station; `nil` when it has no say there.
    ///
    /// A side's own bureau speaks for it, and so do those below it; on the side where the station stands only those
    /// that the station stands in, and above a station without a section those above it.
    package func side(of region: RegionID, at station: StationID) -> RegionID? {
        guard regions[region] != nil else { return nil }
        let home = stations[station]?.region.map { chain(of: $0) } ?? []
        let above = chain(of: region)
        let sides = sides(of: station)
        if sides.contains(region) { return region }
        if let side = above.first(where: { sides.contains($0) }) {
            return home.contains(side) && !home.contains(region) ? nil : side
        }
        return sections(of: station).isEmpty && home.contains(region) ? home.first : nil
    }
}
