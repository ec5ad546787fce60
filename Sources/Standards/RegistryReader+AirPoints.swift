// The lists of air assessment points in a registry file: read, put together, checked.

internal import Monitoring

extension RegistryReader {
    mutating func readAirPoints(_ node: PositionedNode, _ file: String) {
        var fields = StrictMapping(node, file: file, subject: "A list of points")
        let region = fields.text("region")
        fields.subject = "The list of points of \(region ?? "no region")"
        let from = fields.optionalDate("from")
        let until = fields.optionalDate("until")
        let points = fields.texts("stations").compactMap(\.text).map { StationID($0) }
        let controls = fields.texts("controls").compactMap(\.text).map { StationID($0) }
        let minimum = fields.optionalInteger("minimum")
        let source = fields.text("source")
        if let minimum, !(1...max(points.count, 1)).contains(minimum) {
            fields.report(
                "registry.points.minimum", at: fields.node["minimum"] ?? node,
                "\(fields.subject) needs \(minimum) of \(points.count) points.",
                "Write a number from 1 to the number of stations, as the document of the list says.")
        }
        if let from, let until, until <= from {
            fields.report(
                "registry.span.order", at: node, "\(fields.subject) ends on or before the day it begins.",
                "`until` is the first day on which it no longer holds.")
        }
        problems += fields.finish()
        guard let region, let source else { return }
        let list = AirPointList(
            region: RegionID(region), span: DateSpan(from: from, until: until), points: points, controls: controls,
            minimum: minimum, source: source)
        airPoints.append(Placed(list, at: node, file: file))
    }

    mutating func assembleAirPoints() {
        for list in airPoints { registry.airPoints[list.value.region, default: []].append(list.value) }
        for region in registry.airPoints.keys {
            registry.airPoints[region]?.sort { ($0.span.from?.dayNumber ?? .min) < ($1.span.from?.dayNumber ?? .min) }
        }
    }

    mutating func checkAirPoints() {
        for (index, list) in airPoints.enumerated() {
            let value = list.value
            if registry.regions[value.region] == nil { addMissingRegion(list, value.region, "A list of points names") }
            if value.assessed.isEmpty {
                add(
                    list, "registry.points.stations", "The list of points of \(value.region) names no station.",
                    "Name the assessment points under `stations`; control points are not among them.")
            }
            checkStations(of: list)
            for other in airPoints.dropFirst(index + 1)
            where other.value.region == value.region && other.value.span.overlaps(value.span) {
                add(
                    list, "registry.span.overlap", "Two lists of points of \(value.region) hold on the same day.",
                    "End the earlier one with `until` on the day the later begins.")
            }
        }
    }

    private mutating func checkStations(of list: Placed<AirPointList>) {
        for id in list.value.points + list.value.controls {
            guard let station = registry.stations[id] else {
                add(
                    list, "registry.station.missing",
                    "The list of points of \(list.value.region) names the station \(id), which is not there.",
                    "Register the station or correct the id.")
                continue
            }
            guard station.medium == .water else { continue }
            add(
                list, "registry.station.medium", "Station \(id) measures water, but stands in a list of air points.",
                "Correct `medium` of the station or the list.")
        }
        for id in list.value.points where list.value.controls.contains(id) {
            add(
                list, "registry.points.stations", "Station \(id) is an assessment point and a control point at once.",
                "Keep it in one of `stations` and `controls`.")
        }
    }
}
