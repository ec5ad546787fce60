// Verdicts on the rows of a feed: one station and time, from the readings of an observation block.

internal import Exact
package import Monitoring
package import Standards

extension ObservationBlock {
    /// The observations of each row of a wide feed, as ranges of the columns. Readers append a row's values together.
    package func rangesByRow() -> [Int32: Range<Int>] {
        var ranges: [Int32: Range<Int>] = [:]
        var first = 0
        while first < count {
            var end = first + 1
            while end < count, row[end] == row[first] { end += 1 }
            ranges[row[first]] = first..<end
            first = end
        }
        return ranges
    }

    /// The observations of each station and start, for long feeds that write one value a row, in order of appearance.
    package func indicesByStationAndStart() -> [(station: StationID, start: Instant, indices: [Int])] {
        var places: [RowKey: Int] = [:]
        var groups: [(station: StationID, start: Instant, indices: [Int])] = []
        for index in 0..<count {
            let station = seriesTable[Int(series[index])].station
            let key = RowKey(station: station, start: start[index])
            if let place = places[key] {
                groups[place].indices.append(index)
            } else {
                places[key] = groups.count
                groups.append((station, Instant(milliseconds: start[index]), [index]))
            }
        }
        return groups
    }

    private struct RowKey: Hashable {
        let station: StationID
        let start: Int64
    }
}

/// What takes part in the verdict on a row.
package struct RowRule: Sendable {
    /// What each source flag says, from the source profile; a flag that is not listed leaves a value untested.
    package var flags: [String: QualityVerdict]
    package var quality: QualityPolicy
    package var missingItems: MissingItemRule
    /// What a source that prints classes takes water for of which nobody says what it is; `nil`: only what river and lake agree
    /// on is decided.
    package var unstatedWater: WaterBody?

    package init(
        flags: [String: QualityVerdict], quality: QualityPolicy, missingItems: MissingItemRule,
        unstatedWater: WaterBody? = nil
    ) {
        self.unstatedWater = unstatedWater
        self.flags = flags
        self.quality = quality
        self.missingItems = missingItems
    }

    /// Everything that is printed takes part: how a source's own verdict is compared with ours. The national feed classes by
    /// the river limits what is no known lake (evidence: the reproduction of its classes), and the result says so.
    package static let asPrinted = RowRule(
        flags: [:], quality: .asPrinted, missingItems: .feedPractice, unstatedWater: .river)
}

/// The real-time, unreviewed (实时·未经审核) class of one reading of a section. It is never *met* or *not met*.
package struct WaterRowAssessment: Sendable {
    package let station: StationID
    package let start: Instant
    package let classification: WaterClassification

    package var waterClass: WaterClass? { classification.waterClass }
    package var reviewState: ReviewState { .raw }
    /// True when nobody says what kind of water it is, and the feed's practice was followed.
    package let isWaterBodyAssumed: Bool
    /// Why there is no class.
    package var reason: NotAssessable? {
        if case .failure(let reason) = classification.result { return reason }
        return nil
    }
}

/// Classes the readings at `indices` of a block, all of one station and start.
package func assessWaterRow(
    station: StationID, start: Instant, block: ObservationBlock, indices: some Sequence<Int>, registry: Registry,
    rule: RowRule, target: WaterClass? = nil
) -> WaterRowAssessment {
    let values = itemValues(block, indices, rule) { $0.statistic == .instant || $0.statistic == .mean }
    var waterRule = WaterRule.realTime
    waterRule.missingItems = rule.missingItems
    let date = CivilTime(start, at: .china).date
    let known = registry.waterBody(of: station)
    let classification = classify(
        values, on: date, waterBody: known ?? rule.unstatedWater, target: target, rule: waterRule)
    return WaterRowAssessment(
        station: station, start: start, classification: classification,
        isWaterBodyAssumed: known == nil && rule.unstatedWater != nil)
}

/// The real-time air quality index of one station and hour.
package struct AirRowAssessment: Sendable {
    package let station: StationID
    /// The beginning of the hour.
    package let start: Instant
    /// The index, or why no edition gives one.
    package let index: Result<AirIndex, NotAssessable>

    package var value: Int? { (try? index.get())?.index }
    package var reviewState: ReviewState { .raw }
    /// The primary items in the feed's words; empty up to an index of 50.
    package var primary: String { (try? index.get())?.primaryAsPrinted ?? "" }
    /// Why there is no index.
    package var reason: NotAssessable? {
        switch index {
        case .failure(let reason): reason
        case .success(let index): if case .failure(let reason) = index.result { reason } else { nil }
        }
    }
}

/// The index of the hour that begins at `start`, from the hour means at `indices` of a block, all of one station.
///
/// - Parameter outsidePlan: items the feed marks as not in the station's plan (`/`).
package func assessAirRow(
    station: StationID, start: Instant, block: ObservationBlock, indices: some Sequence<Int>,
    outsidePlan: [ParameterID], registry: Registry, rule: RowRule
) -> AirRowAssessment {
    let id = registry.stationNames[station.rawValue] ?? station
    let index = AirEdition.at(start, region: registry.stations[id]?.region, registry: registry).flatMap { edition in
        // Sliding means and maxima stand in the same row: only the hour's own mean is the hour's.
        let values = itemValues(block, indices, rule) { $0.statistic == .mean && $0.window == .hours(1) }
        if values.isEmpty, !itemValues(block, indices, rule, where: { _ in true }).isEmpty {
            return Result<AirIndex, NotAssessable>.failure(NotAssessable(.noValues, "no value is the mean of one hour"))
        }
        return .success(
            airIndex(hour: values, outsidePlan: outsidePlan, edition: edition, missingItems: rule.missingItems))
    }
    return AirRowAssessment(station: station, start: start, index: index)
}

private func itemValues(
    _ block: ObservationBlock, _ indices: some Sequence<Int>, _ rule: RowRule, where isWanted: (SeriesKey) -> Bool
) -> [ParameterID: ItemValue] {
    var values: [ParameterID: ItemValue] = [:]
    for index in indices where isWanted(block.seriesTable[Int(block.series[index])]) {
        let reading = block[index]
        guard let value = reading.value else { continue }
        let verdict = rule.flags[reading.flag] ?? .notTested
        guard rule.quality.accepted.contains(verdict) else { continue }
        values[reading.series.parameter] = ItemValue(value, qualifier: reading.qualifier)
    }
    return values
}
