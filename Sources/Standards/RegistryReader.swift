// Reads every registry file under stations/ as one registry, and says all that is wrong with it.

package import Monitoring

/// Builds a `Registry` from files; what is faulty is left out and reported.
package struct RegistryReader {
    /// A value with the place it was read from.
    struct Placed<Value> {
        let value: Value
        let file: String
        let line: Int
        let column: Int

        init(_ value: Value, at node: PositionedNode, file: String) {
            self.value = value
            self.file = file
            line = node.line
            column = node.column
        }

        func problem(_ check: String, _ message: String, _ remedy: String) -> Problem {
            Problem(check: check, file: file, line: line, column: column, message: message, remedy: remedy)
        }
    }

    /// The catalogue that parameter names are resolved with.
    let parameters: ParameterCatalogue
    var registry = Registry()
    var problems: [Problem] = []
    // Where each thing stands, for the checks across files.
    var regions: [Placed<Region>] = []
    var boundaries: [Placed<Boundary>] = []
    var sections: [Placed<Section>] = []
    var stations: [Placed<Station>] = []
    var profiles: [Placed<SourceProfile>] = []
    /// Ids of all boundaries met, faulty ones among them.
    var boundaryIDs: Set<String> = []
    var adoptions: [Placed<Adoption>] = []
    var waterBodies: [Placed<WaterBodyEntry>] = []
    var airPoints: [Placed<AirPointList>] = []
    var waterSystems: [Placed<WaterSystem>] = []
    var limitProfiles: [Placed<LimitProfile>] = []

    /// The registry of `files` and every problem found, sorted by file and line.
    ///
    /// A path is relative to `stations/`; agreements (`…/agreements/…`), check sets (`…/checks/…`) and the rules of
    /// detection (`detection.yaml`) have their own readers and are passed over.
    package static func read(
        _ files: [(path: String, text: String)], parameters: ParameterCatalogue = .standard
    ) -> (registry: Registry, problems: [Problem]) {
        var reader = RegistryReader(parameters: parameters)
        for file in files.sorted(by: { $0.path < $1.path })
        where !isAgreement(file.path) && !isCheckSet(file.path) && !isDetectionRules(file.path) {
            reader.readFile(file.text, path: file.path)
        }
        reader.assemble()
        reader.check()
        let sorted = reader.problems.sorted {
            ($0.file, $0.line, $0.column, $0.check, $0.message) < ($1.file, $1.line, $1.column, $1.check, $1.message)
        }
        return (reader.registry, sorted)
    }

    package static func isAgreement(_ path: String) -> Bool {
        path.split(separator: "/").dropLast().contains("agreements")
    }

    package static func isCheckSet(_ path: String) -> Bool {
        path.split(separator: "/").dropLast().contains("checks")
    }

    package static func isDetectionRules(_ path: String) -> Bool {
        path.split(separator: "/").last.map { $0 == "detection.yaml" || $0 == "detection.yml" } ?? false
    }

    private init(parameters: ParameterCatalogue) { self.parameters = parameters }

    private mutating func readFile(_ text: String, path: String) {
        let document = PositionedYAML.read(text, file: path)
        problems += document.problems
        guard let root = document.node else { return }
        var mapping = StrictMapping(root, file: path, subject: "The file")
        for item in mapping.items("regions") { readRegion(item, path) }
        for item in mapping.items("profiles") { readProfile(item, path) }
        let boundary = mapping.optional("boundary").flatMap { readBoundary($0, path) }
        for item in mapping.items("sections") { readSection(item, path, boundary: boundary) }
        for item in mapping.items("stations") { readStation(item, path) }
        for item in mapping.items("adoptions") { readAdoption(item, path) }
        for item in mapping.items("water-bodies") { readWaterBody(item, path) }
        for item in mapping.items("points") { readAirPoints(item, path) }
        for item in mapping.items("rivers") { readWaterSystem(item, path, kind: .river) }
        for item in mapping.items("basins") { readWaterSystem(item, path, kind: .basin) }
        for item in mapping.items("cities") { readWaterSystem(item, path, kind: .city) }
        for item in mapping.items("limit-profiles") { readLimitProfile(item, path) }
        problems += mapping.finish()
    }

    /// Moves what was read into the registry; the first of two with one id stays.
    private mutating func assemble() {
        for region in regions {
            if registry.regions[region.value.id] != nil { reportDuplicate(region, "region", region.value.id.rawValue) }
            registry.regions[region.value.id] = registry.regions[region.value.id] ?? region.value
        }
        for boundary in boundaries {
            let id = boundary.value.id
            if registry.boundaries[id] != nil { reportDuplicate(boundary, "boundary", id) }
            registry.boundaries[id] = registry.boundaries[id] ?? boundary.value
        }
        for section in sections {
            let id = section.value.id
            if registry.sections[id] != nil { reportDuplicate(section, "section", id.rawValue) }
            registry.sections[id] = registry.sections[id] ?? section.value
        }
        for profile in profiles {
            let id = profile.value.id
            if registry.profiles[id] != nil { reportDuplicate(profile, "profile", id) }
            registry.profiles[id] = registry.profiles[id] ?? profile.value
        }
        for station in stations {
            let id = station.value.id
            if registry.stations[id] != nil { reportDuplicate(station, "station", id.rawValue) }
            registry.stations[id] = registry.stations[id] ?? station.value
        }
        for entry in waterBodies {
            let key = entry.value.key
            if registry.waterBodies[key] != nil { reportDuplicate(entry, "water body", key) }
            registry.waterBodies[key] = registry.waterBodies[key] ?? entry.value
        }
        for system in waterSystems {
            let id = system.value.id
            if registry.waterSystems[id] != nil { reportDuplicate(system, "river or basin", id) }
            registry.waterSystems[id] = registry.waterSystems[id] ?? system.value
        }
        for profile in limitProfiles {
            let id = profile.value.id
            if registry.limitProfiles[id] != nil { reportDuplicate(profile, "limit profile", id) }
            registry.limitProfiles[id] = registry.limitProfiles[id] ?? profile.value
        }
        registry.adoptions = adoptions.map(\.value)
        assembleAirPoints()
        assembleNames()
    }

    private mutating func assembleNames() {
        for station in stations where registry.stationNames[station.value.id.rawValue] == nil {
            registry.stationNames[station.value.id.rawValue] = station.value.id
        }
        for station in stations {
            for alias in station.value.aliases {
                if let other = registry.stationNames[alias] {
                    problems.append(
                        station.problem(
                            "registry.alias.duplicate",
                            "Station \(station.value.id) is also called `\(alias)`, and so is station \(other).",
                            "Keep the name at one of the two."))
                    continue
                }
                registry.stationNames[alias] = station.value.id
            }
        }
    }

    private mutating func reportDuplicate<Value>(_ placed: Placed<Value>, _ kind: String, _ id: String) {
        problems.append(
            placed.problem(
                "registry.id.duplicate", "There is another \(kind) with the id `\(id)`.", "Give one of them another id."
            ))
    }
}
