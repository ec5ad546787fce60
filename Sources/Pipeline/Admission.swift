// From decoded rows to observations we may store: registry, clock and sign. The first step of the observation path.

internal import Exact
package import Formats
package import Monitoring

/// A row kept aside (隔离) until somebody decides: whole, so that it can be admitted later.
package struct QuarantinedReading: Hashable, Sendable {
    package let cause: Rejection
    package let reading: Reading
}

/// A decoded slice after admission. Every row of the slice is in exactly one of the three.
package struct AdmittedSlice: Sendable {
    package var block: ObservationBlock
    package var rejections: [Rejection]
    package var quarantined: [QuarantinedReading]
    /// Stations seen that no registry names and that the profile adopts.
    package var adoptedStations: Set<StationID>
}

/// The rules by which rows of one batch are admitted.
package struct Admission: Sendable {
    /// No instrument we know of sent digital readings before this; an older stamp is a clock without a date.
    package static let earliestStart = CivilDate(year: 1950, month: 1, day: 1)!.start(at: .utc)

    private let registry: Registry
    private let catalogue: ParameterCatalogue
    private let profile: SourceProfile
    private let received: Instant
    private let adopts: Bool
    private let entitled: Set<StationID>?

    /// - Parameters:
    ///   - profile: the profile the batch was decoded with.
    ///   - received: the receiving clock, which stamps are compared with.
    ///   - adoptsAll: a person ingests by hand into a folder without a registry.
    ///   - entitled: the stations the sender may speak for; `nil`: any, as for the drop folder and by hand.
    package init(
        registry: Registry, catalogue: ParameterCatalogue, profile: SourceProfile, received: Instant, adoptsAll: Bool,
        entitled: Set<StationID>? = nil
    ) {
        self.registry = registry
        self.catalogue = catalogue
        self.profile = profile
        self.received = received
        self.entitled = entitled
        adopts = adoptsAll || profile.adopts
    }

    /// What happens to every row of one series.
    private enum SeriesDecision {
        case keep(SeriesKey, shift: Int64, isNonNegative: Bool)
        case quarantine(RejectionReason, remedy: String)
    }

    package func admit(_ slice: DecodedSlice) -> AdmittedSlice {
        var adopted: Set<StationID> = []
        let decisions = slice.block.seriesTable.map { decide($0, &adopted) }
        let latest = received.advanced(by: profile.futureTolerance).milliseconds
        let earliest = Self.earliestStart.milliseconds
        if isUnchanged(slice.block, decisions, earliest: earliest, latest: latest) {
            return AdmittedSlice(
                block: slice.block, rejections: slice.rejections, quarantined: [], adoptedStations: adopted)
        }
        return sort(slice, decisions, adopted, earliest: earliest, latest: latest)
    }

    private func decide(_ key: SeriesKey, _ adopted: inout Set<StationID>) -> SeriesDecision {
        let known = registry.stationNames[key.station.rawValue] ?? key.station
        if let entitled, !entitled.contains(known), !entitled.contains(key.station) {
            return .quarantine(
                .senderNotEntitled,
                remedy: "Let the sender speak for \(known) with `tributary station add`, then admit the quarantined "
                    + "rows; or find out who sent them.")
        }
        let station = registry.stations[known]
        if station == nil {
            guard adopts else {
                return .quarantine(
                    .unknownStation,
                    remedy: "Register station \(key.station) under stations/, then admit the quarantined rows.")
            }
            adopted.insert(known)
        }
        let parameter = catalogue[key.parameter]
        if parameter == nil, !adopts {
            return .quarantine(
                .unknownParameter,
                remedy: "Name \(key.parameter) in the source profile's parameters, then admit the quarantined rows.")
        }
        let isNonNegative = parameter?.isNonNegative ?? false
        // A registered station's own profile says what its plain readings mean; wide feeds say it themselves.
        guard let station, let own = registry.profiles[station.profile], key.statistic == profile.statistic,
            key.window == profile.window
        else {
            let renamed = SeriesKey(
                station: known, parameter: key.parameter, statistic: key.statistic, window: key.window,
                origin: key.origin)
            return .keep(renamed, shift: 0, isNonNegative: isNonNegative)
        }
        let rekeyed = SeriesKey(
            station: known, parameter: key.parameter, statistic: own.statistic, window: own.window, origin: own.origin)
        let decoded = profile.stamp == .end ? profile.window.milliseconds : 0
        let declared = own.stamp == .end ? own.window.milliseconds : 0
        return .keep(rekeyed, shift: decoded - declared, isNonNegative: isNonNegative)
    }

    /// True when every row may stay exactly as decoded: the common case, checked without copying.
    private func isUnchanged(
        _ block: ObservationBlock, _ decisions: [SeriesDecision], earliest: Int64, latest: Int64
    ) -> Bool {
        var signed: [Bool] = []
        for (index, decision) in decisions.enumerated() {
            guard case .keep(let key, let shift, let isNonNegative) = decision, shift == 0,
                key == block.seriesTable[index]
            else { return false }
            signed.append(isNonNegative)
        }
        for row in 0..<block.count {
            let start = block.start[row]
            if start > latest || start < earliest { return false }
            if block.mantissa[row] < 0, signed[Int(block.series[row])] { return false }
        }
        return true
    }

    private func sort(
        _ slice: DecodedSlice, _ decisions: [SeriesDecision], _ adopted: Set<StationID>, earliest: Int64, latest: Int64
    ) -> AdmittedSlice {
        let block = slice.block
        var admitted = AdmittedSlice(
            block: ObservationBlock(), rejections: slice.rejections, quarantined: [], adoptedStations: adopted)
        admitted.block.reserve(block.count)
        let indexes: [Int32?] = decisions.map { decision in
            guard case .keep(let key, _, _) = decision else { return nil }
            return admitted.block.index(of: key)
        }
        let flags = block.flagTable.map { admitted.block.index(ofFlag: $0) ?? 0 }
        for row in 0..<block.count {
            let series = Int(block.series[row])
            switch decisions[series] {
            case .quarantine(let reason, let remedy):
                admitted.quarantined.append(keepAside(block[row], reason, remedy: remedy))
            case .keep(_, let shift, let isNonNegative):
                let start = block.start[row] + shift
                if start > latest || start < earliest {
                    admitted.quarantined.append(impossibleStamp(block[row], isFuture: start > latest))
                } else if block.mantissa[row] < 0, isNonNegative {
                    admitted.rejections.append(negative(block[row]))
                } else {
                    admitted.block.append(
                        series: indexes[series]!, start: Instant(milliseconds: start),
                        value: ExactDecimal(mantissa: block.mantissa[row], exponent: block.exponent[row]),
                        qualifier: Qualifier(rawValue: block.qualifier[row])!, flag: flags[Int(block.flag[row])],
                        row: block.row[row])
                }
            }
        }
        return admitted
    }

    private func keepAside(_ reading: Reading, _ reason: RejectionReason, remedy: String) -> QuarantinedReading {
        let (field, excerpt) =
            switch reason {
            case .unknownStation, .senderNotEntitled: ("station", reading.series.station.rawValue)
            case .unknownParameter: ("parameter", reading.series.parameter.rawValue)
            default: ("time", reading.start.iso8601(at: profile.offset))
            }
        return QuarantinedReading(
            cause: Rejection(reason, row: Int(reading.row), field: field, excerpt: excerpt, remedy: remedy),
            reading: reading)
    }

    private func impossibleStamp(_ reading: Reading, isFuture: Bool) -> QuarantinedReading {
        let clock = received.iso8601(at: profile.offset)
        return keepAside(
            reading, isFuture ? .timeInFuture : .timeTooOld,
            remedy: isFuture
                ? "The time lies ahead of the receiving clock \(clock): check the station's clock and send again."
                : "The time lies before any instrument reading: check the station's clock and send again.")
    }

    private func negative(_ reading: Reading) -> Rejection {
        Rejection(
            .negativeConcentration, row: Int(reading.row), field: "value",
            excerpt: reading.value?.description ?? "",
            remedy: "\(reading.series.parameter) cannot be below zero: send the reading as missing, or corrected.")
    }
}
