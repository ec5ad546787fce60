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
    /// The numbers of the block's series in the reader's directory, where they are still the reader's series.
    package var numbers: SeriesNumbers?
    package var rejections: [Rejection]
    package var quarantined: [QuarantinedReading]
    /// Stations seen that no registry names and that the profile adopts.
    package var adoptedStations: Set<StationID>
}

/// What admission decided of the series that a reader keeps in its directory; it outlives batches.
///
/// The owner drops it when the registry changes, and when a commit fails: the stations it has told of were not noted.
package final class AdmissionMemory {
    /// Directories remembered: a reader keeps one for each profile.
    private static let directoryLimit = 8

    /// `isUnchanged` stands beside the decisions, so that the everyday slice is answered without copying them.
    private var directories: [(identity: DirectoryIdentity, decisions: [Admission.Remembered?], isUnchanged: [Bool])] =
        []

    package init() {}

    /// Stations that some batch was said to adopt.
    private var told: Set<StationID> = []

    /// Those of `adopted` that are told of for the first time.
    fileprivate func tell(_ adopted: Set<StationID>) -> Set<StationID> {
        // Not `subtracting`: it walks the greater set.
        let new = adopted.filter { !told.contains($0) }
        told.formUnion(new)
        return new
    }

    /// Where the decisions for a directory stand.
    fileprivate func index(of identity: DirectoryIdentity) -> Int {
        if let index = directories.firstIndex(where: { $0.identity === identity }) { return index }
        if directories.count == Self.directoryLimit { directories.removeFirst() }
        directories.append((identity, [], []))
        return directories.count - 1
    }

    /// Whether every series of a slice is kept with its key, as far as is remembered.
    fileprivate func areUnchanged(_ directory: Int, _ numbers: [Int32]) -> Bool {
        let known = directories[directory].isUnchanged
        return numbers.allSatisfy { Int($0) < known.count && known[Int($0)] }
    }

    fileprivate func decision(_ directory: Int, _ number: Int) -> Admission.Remembered? {
        number < directories[directory].decisions.count ? directories[directory].decisions[number] : nil
    }

    fileprivate func remember(_ directory: Int, _ number: Int, _ decision: Admission.Remembered) {
        let count = directories[directory].decisions.count
        if number >= count {
            directories[directory].decisions.append(contentsOf: repeatElement(nil, count: number + 1 - count))
            directories[directory].isUnchanged.append(contentsOf: repeatElement(false, count: number + 1 - count))
        }
        directories[directory].decisions[number] = decision
        directories[directory].isUnchanged[number] = decision.isUnchanged
    }
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

    /// A decision, and whether the series keeps its key.
    fileprivate struct Remembered {
        let decision: SeriesDecision
        let isUnchanged: Bool
    }

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
    fileprivate enum SeriesDecision {
        case keep(SeriesKey, shift: Int64, isNonNegative: Bool)
        case quarantine(RejectionReason, remedy: String)
    }

    /// - Parameter memory: what earlier batches of the same profile and rules were told.
    package func admit(_ slice: DecodedSlice, memory: AdmissionMemory? = nil) -> AdmittedSlice {
        let latest = received.advanced(by: profile.futureTolerance).milliseconds
        let earliest = Self.earliestStart.milliseconds
        if isEveryday(slice, memory, earliest: earliest, latest: latest) {
            return AdmittedSlice(
                block: slice.block, numbers: slice.numbers, rejections: slice.rejections, quarantined: [],
                adoptedStations: [])
        }
        var adopted: Set<StationID> = []
        let decisions = decide(slice, memory, &adopted)
        if let memory, !adopted.isEmpty { adopted = memory.tell(adopted) }
        if isUnchanged(slice.block, decisions, earliest: earliest, latest: latest) {
            return AdmittedSlice(
                block: slice.block, numbers: slice.numbers, rejections: slice.rejections, quarantined: [],
                adoptedStations: adopted)
        }
        return sort(slice, decisions.map(\.decision), adopted, earliest: earliest, latest: latest)
    }

    private func decide(
        _ slice: DecodedSlice, _ memory: AdmissionMemory?, _ adopted: inout Set<StationID>
    ) -> [Remembered] {
        let keys = slice.block.seriesTable
        let saysItself = slice.format?.isEvidence ?? false
        guard let memory, let numbers = slice.numbers, numbers.numbers.count == keys.count else {
            return keys.map { notEntitled($0) ?? remembered($0, saysItself: saysItself, &adopted) }
        }
        let directory = memory.index(of: numbers.identity)
        return keys.indices.map { index in
            // The memory serves every sender: what this one may say is asked before it.
            if let refused = notEntitled(keys[index]) { return refused }
            let number = Int(numbers.numbers[index])
            if let known = memory.decision(directory, number) { return known }
            let decision = remembered(keys[index], saysItself: saysItself, &adopted)
            memory.remember(directory, number, decision)
            return decision
        }
    }

    /// The decision on a series that the sender may not speak for; `nil` when it may.
    private func notEntitled(_ key: SeriesKey) -> Remembered? {
        guard let entitled else { return nil }
        let known = registry.stationNames[key.station.rawValue] ?? key.station
        if entitled.contains(known) || entitled.contains(key.station) { return nil }
        let remedy =
            "Let the sender speak for \(known) with `tributary station add`, then `tributary admit` the rows; or find "
            + "out who sent them."
        return Remembered(decision: .quarantine(.senderNotEntitled, remedy: remedy), isUnchanged: false)
    }

    private func remembered(
        _ key: SeriesKey, saysItself: Bool, _ adopted: inout Set<StationID>
    ) -> Remembered {
        let decision = decide(key, saysItself: saysItself, &adopted)
        guard case .keep(let kept, let shift, _) = decision else {
            return Remembered(decision: decision, isUnchanged: false)
        }
        return Remembered(decision: decision, isUnchanged: shift == 0 && kept == key)
    }

    /// - Parameter saysItself: the rows say what their values are (other evidence): a station's profile does not.
    private func decide(_ key: SeriesKey, saysItself: Bool, _ adopted: inout Set<StationID>) -> SeriesDecision {
        let known = registry.stationNames[key.station.rawValue] ?? key.station
        let station = registry.stations[known]
        if station == nil {
            guard adopts else {
                return .quarantine(
                    .unknownStation,
                    remedy: "Register station \(key.station) under stations/, then `tributary admit` its rows.")
            }
            adopted.insert(known)
        }
        let parameter = catalogue[key.parameter]
        if parameter == nil, !adopts {
            return .quarantine(
                .unknownParameter,
                remedy: "Name \(key.parameter) in the source profile's parameters, then `tributary admit` the rows.")
        }
        let isNonNegative = parameter?.isNonNegative ?? false
        // A registered station's own profile says what its plain readings mean; wide feeds say it themselves.
        guard !saysItself, let station, let own = registry.profiles[station.profile],
            key.statistic == profile.statistic,
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

    /// True when a slice is as most are: of series that earlier batches were told of, timely, without a negative value.
    private func isEveryday(
        _ slice: DecodedSlice, _ memory: AdmissionMemory?, earliest: Int64, latest: Int64
    ) -> Bool {
        guard let memory, entitled == nil, let numbers = slice.numbers,
            numbers.numbers.count == slice.block.seriesTable.count,
            memory.areUnchanged(memory.index(of: numbers.identity), numbers.numbers)
        else { return false }
        return isTimely(slice.block, earliest: earliest, latest: latest) && hasNoSign(slice.block)
    }

    /// Whether every start lies where a clock may be.
    private func isTimely(_ block: ObservationBlock, earliest: Int64, latest: Int64) -> Bool {
        var first = Int64.max
        var last = Int64.min
        for start in block.start {
            first = min(first, start)
            last = max(last, start)
        }
        return block.isEmpty || (first >= earliest && last <= latest)
    }

    private func hasNoSign(_ block: ObservationBlock) -> Bool {
        var signs: Int64 = 0
        for mantissa in block.mantissa { signs |= mantissa }
        return signs >= 0
    }

    /// True when every row may stay exactly as decoded: the common case, checked without copying.
    private func isUnchanged(
        _ block: ObservationBlock, _ decisions: [Remembered], earliest: Int64, latest: Int64
    ) -> Bool {
        guard decisions.allSatisfy(\.isUnchanged), isTimely(block, earliest: earliest, latest: latest) else {
            return false
        }
        if hasNoSign(block) { return true }
        return block.mantissa.indices.allSatisfy { row in
            guard block.mantissa[row] < 0 else { return true }
            guard case .keep(_, _, let isNonNegative) = decisions[Int(block.series[row])].decision else { return false }
            return !isNonNegative
        }
    }

    private func sort(
        _ slice: DecodedSlice, _ decisions: [SeriesDecision], _ adopted: Set<StationID>, earliest: Int64, latest: Int64
    ) -> AdmittedSlice {
        let block = slice.block
        var admitted = AdmittedSlice(
            block: ObservationBlock(), numbers: nil, rejections: slice.rejections, quarantined: [],
            adoptedStations: adopted)
        admitted.block.reserve(block.count)
        let indexes: [Int32?] = decisions.map { decision in
            guard case .keep(let key, _, _) = decision else { return nil }
            return admitted.block.index(of: key)
        }
        let flags = block.flagTable.map { admitted.block.index(ofFlag: $0) ?? 0 }
        // The same words for every row: of a station whose clock is wrong there are as many as it has rows.
        lazy var ahead = remedy(ofFuture: true)
        lazy var behind = remedy(ofFuture: false)
        for row in 0..<block.count {
            let series = Int(block.series[row])
            switch decisions[series] {
            case .quarantine(let reason, let remedy):
                admitted.quarantined.append(keepAside(block[row], reason, remedy: remedy))
            case .keep(_, let shift, let isNonNegative):
                let start = block.start[row] + shift
                if start > latest || start < earliest {
                    let isFuture = start > latest
                    admitted.quarantined.append(
                        keepAside(
                            block[row], isFuture ? .timeInFuture : .timeTooOld, remedy: isFuture ? ahead : behind))
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
            default: ("time", reading.start.iso8601(at: profile.offset(at: reading.start)))
            }
        return QuarantinedReading(
            cause: Rejection(reason, row: Int(reading.row), field: field, excerpt: excerpt, remedy: remedy),
            reading: reading)
    }

    private func remedy(ofFuture isFuture: Bool) -> String {
        if !isFuture {
            return "The time lies before any instrument reading: check the station's clock and send again."
        }
        let clock = received.iso8601(at: profile.offset(at: received))
        return "The time lies ahead of the receiving clock \(clock): check the station's clock and send again."
    }

    private func negative(_ reading: Reading) -> Rejection {
        Rejection(
            .negativeConcentration, row: Int(reading.row), field: "value",
            excerpt: reading.value?.description ?? "",
            remedy: "\(reading.series.parameter) cannot be below zero: send the reading as missing, or corrected.")
    }
}
