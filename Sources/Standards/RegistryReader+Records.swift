// The records of a registry file: region, boundary, section, station, profile, adoption, water body.

internal import Exact
package import Monitoring

extension RegistryReader {
    mutating func readRegion(_ node: PositionedNode, _ file: String) {
        var fields = StrictMapping(node, file: file, subject: "A region")
        let id = fields.text("id")
        fields.subject = "Region \(id ?? "without id")"
        let name = fields.name("name")
        let level = fields.choice("level", Region.Level.self)
        let parent = fields.optionalText("parent")
        problems += fields.finish()
        guard let id, let name, let level else { return }
        regions.append(
            Placed(
                Region(id: RegionID(id), name: name, level: level, parent: parent.map { RegionID($0) }), at: node,
                file: file))
    }

    /// - Returns: the boundary's id, also when other parts of it are faulty.
    mutating func readBoundary(_ node: PositionedNode, _ file: String) -> String? {
        var fields = StrictMapping(node, file: file, subject: "The boundary")
        let id = fields.text("id")
        if let id { boundaryIDs.insert(id) }
        fields.subject = "Boundary \(id ?? "without id")"
        let name = fields.name("name")
        let kind = fields.choice("kind", Boundary.Kind.self)
        let members = fields.texts("regions").compactMap(\.text).map { RegionID($0) }
        let isExample = fields.flag("example")
        if let standard = fields.required("standard") {
            let (read, faults) = readStandard(standard, file, boundary: id ?? "", kind: kind)
            if let id, let read { registry.boundaryStandards[id] = read }
            problems += faults
        }
        problems += fields.finish()
        guard let id, let name, let kind else { return id }
        let boundary = Boundary(id: id, name: name, kind: kind, regions: members, isExample: isExample)
        boundaries.append(Placed(boundary, at: node, file: file))
        return id
    }

    private func readStandard(
        _ node: PositionedNode, _ file: String, boundary: String, kind: Boundary.Kind?
    ) -> (BoundaryStandard?, [Problem]) {
        var fields = StrictMapping(node, file: file, subject: "The standard of boundary \(boundary)")
        let family = fields.text("family")
        let profile = fields.text("items")
        let names = fields.texts("extra")
        let extra = resolve(names, &fields)
        let families = kind == .air ? ["GB 3095"] : ["GB 3838-2002"]
        let profiles = kind == .air ? ["AQI"] : ["5+X", "21", "listed"]
        if let family, !families.contains(family) {
            fields.report(
                "registry.standard.unknown", at: fields.node["family"] ?? node,
                "The standard `\(family)` is not known.",
                "Use \(families.joined(separator: ", ")).")
        }
        if let profile, !profiles.contains(profile) {
            fields.report(
                "registry.standard.unknown", at: fields.node["items"] ?? node,
                "The item list `\(profile)` is not known.",
                "Use one of: \(profiles.joined(separator: ", ")).")
        }
        if profile == "listed", extra.isEmpty {
            fields.report(
                "registry.value.missing", at: node, "The item list `listed` names no items.", "Name them in `extra`.")
        }
        guard let family, let profile else { return (nil, fields.finish()) }
        return (BoundaryStandard(family: family, itemProfile: profile, items: extra), fields.finish())
    }

    mutating func readSection(_ node: PositionedNode, _ file: String, boundary: String?) {
        var fields = StrictMapping(node, file: file, subject: "A section")
        let id = fields.text("id")
        fields.subject = "Section \(id ?? "without id")"
        let name = fields.name("name")
        let named = fields.optionalText("boundary") ?? boundary
        let river = fields.optionalName("river")
        let waterBody = fields.optionalChoice("water-body", WaterBody.self)
        let upstream = fields.optionalText("upstream").map { RegionID($0) }
        let downstream = fields.optionalText("downstream").map { RegionID($0) }
        let stationIDs = fields.texts("stations").compactMap(\.text).map { StationID($0) }
        let targets = fields.items("targets").compactMap { readTarget($0, file, section: id ?? "", &fields) }
        if named == nil {
            fields.report(
                "registry.boundary.missing", at: node, "\(fields.subject) belongs to no boundary.",
                "Put it into the boundary's file or add `boundary: ID`.")
        }
        problems += fields.finish()
        guard let id, let name, let named else { return }
        sections.append(
            Placed(
                Section(
                    id: SectionID(id), name: name, boundary: named, river: river, waterBody: waterBody,
                    upstream: upstream, downstream: downstream, stations: stationIDs, targets: targets),
                at: node, file: file))
    }

    private func readTarget(
        _ node: PositionedNode, _ file: String, section: String, _ outer: inout StrictMapping
    ) -> Section.Target? {
        var fields = StrictMapping(node, file: file, subject: "A target of section \(section)")
        let from = fields.optionalDate("from")
        let until = fields.optionalDate("until")
        let rank = fields.optionalText("class")
        let indexLimit = fields.optionalInteger("index-limit")
        let preWarningShare = readShare("pre-warning-share", node, &fields)
        let forecastShare = readShare("forecast-share", node, &fields)
        let source = fields.text("source")
        let waterClass = rank.flatMap { WaterClass(registryText: $0) }
        if rank != nil, waterClass == nil {
            fields.report(
                "registry.value.type", at: fields.node["class"] ?? node, "The class of \(fields.subject) is not known.",
                "Write I, II, III, IV or V.")
        }
        if let from, let until, until <= from {
            fields.report(
                "registry.span.order", at: node, "\(fields.subject) ends on or before the day it begins.",
                "`until` is the first day on which it no longer holds.")
        }
        for problem in fields.finish() { outer.adopt(problem) }
        guard let source else { return nil }
        return Section.Target(
            span: DateSpan(from: from, until: until), waterClass: waterClass, indexLimit: indexLimit,
            preWarningShare: preWarningShare, forecastShare: forecastShare, source: source)
    }

    /// A share of a limit: more than 0, at most 1, as an exact decimal.
    private func readShare(_ key: String, _ node: PositionedNode, _ fields: inout StrictMapping) -> ExactDecimal? {
        guard let text = fields.optionalText(key) else { return nil }
        if let share = ExactDecimal(text), share > .zero, share <= ExactDecimal(mantissa: 1, exponent: 0) {
            return share
        }
        fields.report(
            "registry.value.type", at: fields.node[key] ?? node,
            "`\(key)` of \(fields.subject) is no share: `\(text)`.",
            "Write a number above 0 and at most 1, such as 0.9.")
        return nil
    }

    mutating func readStation(_ node: PositionedNode, _ file: String) {
        var fields = StrictMapping(node, file: file, subject: "A station")
        let id = fields.text("id")
        fields.subject = "Station \(id ?? "without id")"
        let name = fields.name("name")
        let medium = fields.choice("medium", Station.Medium.self)
        let region = fields.text("region").map { RegionID($0) }
        let waterBody = fields.optionalChoice("water-body", WaterBody.self)
        let aliases = fields.texts("aliases").compactMap(\.text)
        let cadence = fields.optionalDuration("cadence")
        let profile = fields.text("profile")
        let measured = resolve(fields.texts("parameters"), &fields)
        problems += fields.finish()
        guard let id, let name, let medium, let profile else { return }
        var station = Station(
            id: StationID(id), name: name, medium: medium, region: region, waterBody: waterBody, aliases: aliases,
            cadence: cadence, profile: profile, isProvisional: false)
        station.parameters = measured
        stations.append(Placed(station, at: node, file: file))
    }

    mutating func readAdoption(_ node: PositionedNode, _ file: String) {
        var fields = StrictMapping(node, file: file, subject: "An early adoption")
        let region = fields.text("region")
        let standard = fields.text("standard")
        let from = fields.date("from")
        let document = fields.text("document")
        problems += fields.finish()
        guard let region, let standard, let from, let document else { return }
        adoptions.append(
            Placed(
                Adoption(region: RegionID(region), standard: standard, from: from, document: document), at: node,
                file: file))
    }

    mutating func readWaterBody(_ node: PositionedNode, _ file: String) {
        var fields = StrictMapping(node, file: file, subject: "A water body")
        let basin = fields.text("basin")
        let section = fields.text("section")
        fields.subject = "Water body \(basin ?? "")/\(section ?? "")"
        let kind = fields.choice("kind", WaterBody.self)
        let evidence = fields.text("evidence")
        problems += fields.finish()
        guard let basin, let section, let kind, let evidence else { return }
        waterBodies.append(
            Placed(
                WaterBodyEntry(basin: basin, section: section, waterBody: kind, evidence: evidence), at: node,
                file: file))
    }

    /// The parameters `names` stand for; unknown ones are reported.
    func resolve(_ names: [PositionedNode], _ fields: inout StrictMapping) -> [ParameterID] {
        names.compactMap { node in
            guard let text = node.text else { return nil }
            if let id = parameters.id(for: text) { return id }
            fields.report(
                "registry.parameter.unknown", at: node, "The parameter `\(text)` is not in the code table.",
                "Use an id of the table, such as codmn, nh3n, tp, pm25.")
            return nil
        }
    }
}

extension WaterClass {
    /// `I`…`V` or `Ⅰ`…`Ⅴ`.
    package init?(registryText text: String) {
        let spellings = [["I", "Ⅰ"], ["II", "Ⅱ"], ["III", "Ⅲ"], ["IV", "Ⅳ"], ["V", "Ⅴ"]]
        guard let index = spellings.firstIndex(where: { $0.contains(text) }) else { return nil }
        self.init(rank: index + 1)
    }
}
