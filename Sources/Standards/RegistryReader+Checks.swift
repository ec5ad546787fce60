// The checks across files: references that lead nowhere, cycles, targets without sense. One function a check.

package import Monitoring

extension RegistryReader {
    mutating func check() {
        for region in regions { checkParent(region) }
        for boundary in boundaries { checkBoundary(boundary) }
        for section in sections { checkSection(section) }
        for station in stations { checkStation(station) }
        for adoption in adoptions { checkAdoption(adoption) }
        checkAirPoints()
    }

    private mutating func checkParent(_ region: Placed<Region>) {
        let id = region.value.id
        if region.value.level == .province, region.value.parent != nil {
            add(region, "registry.region.level", "The province \(id) has a region above it.", "Remove `parent`.")
        }
        if region.value.level != .province, region.value.parent == nil {
            add(region, "registry.region.level", "The region \(id) has no region above it.", "Add `parent: ID`.")
        }
        guard let parent = region.value.parent else { return }
        guard registry.regions[parent] != nil else {
            return addMissingRegion(region, parent, "Region \(id) lies in")
        }
        // Walk up: whoever meets itself again stands in a cycle.
        var seen: Set<RegionID> = [id]
        var next: RegionID? = parent
        while let current = next {
            if current == id {
                let path = (registry.chain(of: id) + [id]).map(\.rawValue).joined(separator: " → ")
                add(
                    region, "registry.region.cycle", "The region \(id) lies in itself: \(path).",
                    "Correct one `parent`.")
                return
            }
            guard seen.insert(current).inserted else { return }
            next = registry.regions[current]?.parent
        }
    }

    private mutating func checkBoundary(_ boundary: Placed<Boundary>) {
        let value = boundary.value
        for region in value.regions where registry.regions[region] == nil {
            addMissingRegion(boundary, region, "Boundary \(value.id) names")
        }
        if Set(value.regions).count < 2 {
            add(
                boundary, "registry.boundary.regions", "Boundary \(value.id) names fewer than two regions.",
                "Name the regions that meet there.")
        } else if Set(value.regions).count < value.regions.count {
            add(
                boundary, "registry.boundary.regions", "Boundary \(value.id) names a region twice.", "Name each once.")
        }
        if value.isExample, !value.id.hasPrefix("example-") {
            add(
                boundary, "registry.example.name", "The example boundary \(value.id) does not say so in its name.",
                "Begin the id with `example-`.")
        }
        if !sections.contains(where: { $0.value.boundary == value.id }) {
            add(
                boundary, "registry.boundary.sections", "Boundary \(value.id) has no section.",
                "Add one under `sections`.")
        }
    }

    private mutating func checkSection(_ section: Placed<Section>) {
        let value = section.value
        if value.stations.isEmpty {
            add(section, "registry.section.stations", "Section \(value.id) has no station.", "List its stations.")
        }
        for station in value.stations where registry.stations[station] == nil {
            add(
                section, "registry.station.missing",
                "Section \(value.id) names the station \(station), which is not there.",
                "Register the station or correct the id.")
        }
        guard let boundary = registry.boundaries[value.boundary] else {
            // A boundary that was read with faults has its own problems.
            if !boundaryIDs.contains(value.boundary) {
                add(
                    section, "registry.boundary.missing",
                    "Section \(value.id) names the boundary \(value.boundary), which is not there.",
                    "Add the boundary or correct the id.")
            }
            return
        }
        checkSides(section, boundary)
        checkMedium(section, boundary)
        checkTargets(section, boundary)
    }

    private mutating func checkSides(_ section: Placed<Section>, _ boundary: Boundary) {
        let value = section.value
        if let upstream = value.upstream, upstream == value.downstream {
            add(
                section, "registry.section.sides", "Section \(value.id) has the same region on both sides.",
                "Correct `upstream` or `downstream`, or leave both out.")
        }
        for side in [value.upstream, value.downstream].compactMap({ $0 }) {
            guard registry.regions[side] != nil else {
                addMissingRegion(section, side, "Section \(value.id) names")
                continue
            }
            if !boundary.regions.contains(side) {
                add(
                    section, "registry.section.sides",
                    "Section \(value.id) names the region \(side), which is no party to boundary \(boundary.id).",
                    "Name a region of the boundary, or add this one to it.")
            }
        }
    }

    private mutating func checkMedium(_ section: Placed<Section>, _ boundary: Boundary) {
        let expected: Station.Medium = boundary.kind == .air ? .air : .water
        for id in section.value.stations {
            guard let station = registry.stations[id], station.medium != expected else { continue }
            add(
                section, "registry.station.medium",
                "Station \(id) measures \(station.medium.rawValue), section \(section.value.id) is \(expected.rawValue).",
                "Correct `medium` of the station or the section's list.")
        }
    }

    private mutating func checkTargets(_ section: Placed<Section>, _ boundary: Boundary) {
        let targets = section.value.targets
        for target in targets where boundary.kind == .air ? target.indexLimit == nil : target.waterClass == nil {
            let key = boundary.kind == .air ? "index-limit" : "class"
            add(
                section, "registry.target.kind", "A target of section \(section.value.id) has no `\(key)`.",
                "Add `\(key): …`.")
        }
        for (index, target) in targets.enumerated() {
            for other in targets.dropFirst(index + 1) where target.span.overlaps(other.span) {
                add(
                    section, "registry.span.overlap",
                    "Two targets of section \(section.value.id) hold on the same day.",
                    "End the earlier one with `until` on the day the later begins.")
            }
        }
    }

    private mutating func checkStation(_ station: Placed<Station>) {
        let value = station.value
        if let region = value.region, registry.regions[region] == nil {
            addMissingRegion(station, region, "Station \(value.id) lies in")
        }
        if registry.profiles[value.profile] == nil {
            add(
                station, "registry.profile.missing",
                "Station \(value.id) names the profile \(value.profile), which is not there.",
                "Add the profile under profiles/ or correct the id.")
        }
        for parameter in value.parameters {
            guard let known = parameters[parameter], known.medium.rawValue != value.medium.rawValue else { continue }
            add(
                station, "registry.parameter.medium",
                "Station \(value.id) measures \(value.medium.rawValue), but \(parameter) is measured in the other medium.",
                "Correct `parameters` or `medium`.")
        }
    }

    private mutating func checkAdoption(_ adoption: Placed<Adoption>) {
        let value = adoption.value
        if registry.regions[value.region] == nil { addMissingRegion(adoption, value.region, "An early adoption names") }
        let known = AirStandard.editions.map(\.document)
        if !known.contains(value.standard) {
            add(
                adoption, "registry.standard.unknown", "The standard `\(value.standard)` is not known.",
                "Use one of: \(Set(known).sorted().joined(separator: ", ")).")
        }
    }

    mutating func add<Value>(_ placed: Placed<Value>, _ check: String, _ message: String, _ remedy: String) {
        problems.append(placed.problem(check, message, remedy))
    }

    mutating func addMissingRegion<Value>(_ placed: Placed<Value>, _ region: RegionID, _ who: String) {
        add(
            placed, "registry.region.missing", "\(who) the region \(region), which is not there.",
            "Add it to regions.yaml or correct the id.")
    }
}

extension DateSpan {
    /// Whether some day lies in both.
    package func overlaps(_ other: DateSpan) -> Bool {
        starts(before: other.until) && other.starts(before: until)
    }

    private func starts(before end: CivilDate?) -> Bool {
        guard let from, let end else { return true }
        return from < end
    }
}
