// How a file would be read and what would become of its rows; nothing of it is stored.

import Exact
import Formats
import Foundation
import Ingest
import Monitoring
import Pipeline
import Storage

/// What reading a file as a batch would come to.
struct BatchCheck: Sendable {
    /// First rows shown.
    static let rowLimit = 5
    /// Series and provisional stations told by name: a file may have a hundred thousand, which would take more memory than
    /// the file. The observations of further series are counted.
    static let nameLimit = 20_000
    /// Rows looked at together: one that is kept aside takes ten times the memory of one that is taken.
    private static let sliceRows = 16_384

    /// The file as a person named it.
    let file: String
    let byteCount: Int
    let digest: Digest256
    let container: String
    /// The format, the profile and what ended reading.
    var admitted = AdmittedBatch(ending: BatchEnding(state: .rejected))
    /// Whether the profile is a registered station's own rather than the one built in for the format.
    var isOwnProfile = false
    var rows = RowKinds()
    /// In order of appearance, at most `nameLimit`.
    var series: [SeriesFound] = []
    /// Observations of the series beyond those.
    var otherObservations = 0
    /// As they would be stored.
    var firstRows: [Reading] = []
    /// In order of appearance.
    var causes: [CauseFound] = []
    /// Stations that no registry names and that would be taken as provisional, at most `nameLimit`.
    var adopted: Set<StationID> = []
    /// How many there are.
    var adoptedCount = 0
    /// Of a table of instruments' checks, what would be filed.
    var instruments: (document: EvidenceDocument.Name, recordCount: Int)?

    /// Observations that would be taken, and rows that would not.
    struct RowKinds: Sendable {
        var observations = 0
        var withoutValue = 0
        /// Values with `<` or `>`.
        var censored = 0
        var rejected = 0
        var quarantined = 0
    }

    struct SeriesFound: Sendable {
        let key: SeriesKey
        var count = 0
        var first = Instant(milliseconds: .max)
        var last = Instant(milliseconds: .min)
    }

    /// One reason, how often it came and its first examples.
    struct CauseFound: Sendable {
        static let exampleLimit = 3

        let reason: RejectionReason
        var count = 0
        var examples: [Rejection] = []
    }

    /// Reads the file at `path` by `rules`, as a batch received now.
    ///
    /// - Throws: `CommandFailure` when the file cannot be opened, or changes while it is read.
    init(_ path: String, shown: String, rules: IntakeRules, received: Instant) throws {
        let raw = try MappedFile.opened(path)
        let found = Findings()
        file = shown
        byteCount = raw.bytes.count
        digest = sha256(raw.bytes) { raw.letGo() }
        container = containerName(of: raw.bytes)
        admitted = try BatchAdmission(rules: rules.giving(back: raw)).admit(
            raw.bytes, name: FoundFile(root: path).name, received: received, entitled: nil, sliceRows: Self.sliceRows,
            to: found)
        guard raw.isUnchanged else { throw CommandFailure.changed(shown) }
        rows = found.rows
        series = found.series
        firstRows = found.firstRows
        adopted = found.adopted
        (adoptedCount, otherObservations) = (found.adoptedCount, found.otherObservations)
        if let stopped = admitted.stopped {
            if let why = instrumentRefusal(stopped, raw.bytes, rules, received) {
                found.note(why)
                rows.rejected += 1
            }
            guard raw.isUnchanged else { throw CommandFailure.changed(shown) }
        }
        causes = found.causes
        if let summary = admitted.summary {
            isOwnProfile = BuiltInProfiles.all[summary.format] != summary.profile
            rows.rejected += summary.unkeptRejections
        }
    }

    /// Notes what a table of instruments' checks would file; otherwise why the file is refused.
    private mutating func instrumentRefusal(
        _ stopped: Rejection, _ bytes: UnsafeRawBufferPointer, _ rules: IntakeRules, _ received: Instant
    ) -> Rejection? {
        guard stopped.reason == .unknownFormat, bytes.count <= LiveLane.byteLimit,
            let text = instrumentTableText(bytes)
        else { return stopped }
        let (filing, problems) = rules.instrumentFiling(text, file: file, person: "", now: received, entitled: nil)
        guard let filing else { return .instrumentTable(file, problems) }
        instruments = (filing.document, filing.records.count)
        return nil
    }

    /// Nothing of the file would be taken, or nothing of it could be trusted.
    var isUnusable: Bool {
        instruments == nil && admitted.stopped != nil
            && (admitted.isDamaged || rows.observations + rows.quarantined == 0)
    }

    /// The command's exit code for this file.
    var status: Int32 {
        if isUnusable { return ExitStatus.inputUnusable }
        return rows.rejected + rows.quarantined == 0 ? ExitStatus.done : ExitStatus.needsAttention
    }

    /// Takes the slices of one batch and keeps what there is to say of them.
    private final class Findings: AdmittedRowTaker {
        var rows = RowKinds()
        var series: [SeriesFound] = []
        var firstRows: [Reading] = []
        var causes: [CauseFound] = []
        var adopted: Set<StationID> = []
        var adoptedCount = 0
        var otherObservations = 0
        private var places: [SeriesKey: Int] = [:]
        private var causePlaces: [RejectionReason: Int] = [:]

        func take(_ slice: AdmittedSlice, traits: SeriesTraits) throws {
            count(slice.block)
            for rejection in slice.rejections { note(rejection) }
            for kept in slice.quarantined { note(kept.cause) }
            // A cell that waits for somebody's decision is told as a rejection when it could not become a reading.
            let waiting = slice.rejections.count { $0.reason.isQuarantine }
            rows.rejected += slice.rejections.count - waiting
            rows.quarantined += slice.quarantined.count + waiting
            // Each is told once.
            adoptedCount += slice.adoptedStations.count
            adopted.formUnion(slice.adoptedStations.sorted().prefix(BatchCheck.nameLimit - adopted.count))
        }

        private func count(_ block: ObservationBlock) {
            for row in 0..<min(block.count, BatchCheck.rowLimit - firstRows.count) { firstRows.append(block[row]) }
            let found: [Int?] = block.seriesTable.map { key in
                if let place = places[key] { return place }
                if series.count == BatchCheck.nameLimit { return nil }
                places[key] = series.count
                series.append(SeriesFound(key: key))
                return series.count - 1
            }
            for row in 0..<block.count {
                let start = Instant(milliseconds: block.start[row])
                if let place = found[Int(block.series[row])] {
                    series[place].count += 1
                    series[place].first = min(series[place].first, start)
                    series[place].last = max(series[place].last, start)
                } else {
                    otherObservations += 1
                }
                switch Qualifier(rawValue: block.qualifier[row]) {
                case .missing: rows.withoutValue += 1
                case .below, .above: rows.censored += 1
                default: break
                }
            }
            rows.observations += block.count
        }

        func note(_ rejection: Rejection) {
            let place =
                causePlaces[rejection.reason]
                ?? {
                    causePlaces[rejection.reason] = causes.count
                    causes.append(CauseFound(reason: rejection.reason))
                    return causes.count - 1
                }()
            causes[place].count += 1
            if causes[place].examples.count < CauseFound.exampleLimit { causes[place].examples.append(rejection) }
        }
    }
}
