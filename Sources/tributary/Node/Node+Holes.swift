// `tributary holes` on the node: what is missing, since when, and why.

import Formats
import Foundation
import Monitoring
import Pipeline
import Quality
import Standards
import Storage
import Web

/// The holes found, and what the search could not or did not judge.
struct HoleListing: Sendable {
    /// Holes one listing holds: a screen nobody reads to its end, and a bound for memory.
    static let holeLimit = 10_000
    /// Series one listing looks at: a search that takes seconds would hold up the batches behind it.
    static let seriesLimit = 20_000

    var holes: [Hole] = []
    var seriesCount = 0
    var expectedCount = 0
    var presentCount = 0
    /// Series in the book without a cadence.
    var unjudgedCount = 0
    /// Registered stations of which nothing was ever received.
    var neverHeard: [StationID] = []
    /// Where the listing ended before its end.
    var cutAt: StationID?
}

extension Node {
    func performHoles(_ query: HoleQuery, _ format: OutputFormat) throws -> CommandReply {
        let listing = try holeListing(query)
        let notes = notes(on: listing)
        let noteLines = notes.map { "\($0.english)\n" }.joined()
        switch format {
        case .json:
            let lines = listing.holes.map { $0.json().text() + "\n" }.joined()
            return CommandReply(exitCode: 0, standardOutput: lines, standardError: noteLines)
        case .csv:
            return CommandReply(
                exitCode: 0, standardOutput: Self.holesCSV(listing.holes), standardError: noteLines)
        case .text:
            let lines = HoleGroup.groups(listing.holes).map { group in
                let line = HoleLine(group, registry: registry.registry, parameters: catalogue)
                return "\(line.chinese)\n\(line.english)\n  \(line.reference)\n\n"
            }
            return .done(lines.joined() + notes.map { "\($0.chinese)\n\($0.english)\n" }.joined())
        }
    }

    private static func holesCSV(_ holes: [Hole]) -> String {
        let header = [
            "hole", "station", "parameter", "statistic", "window_seconds", "origin", "from", "until", "silence",
            "expected", "missing", "stated", "state", "known_since", "why", "notices", "refilled_at", "refilled_by",
        ]
        let rows = holes.map { hole in
            [
                hole.id.description, hole.series.station.rawValue, hole.series.parameter.rawValue,
                hole.series.statistic.rawValue, String(hole.series.window.milliseconds / 1_000),
                hole.series.origin.rawValue, hole.interval.start.iso8601(at: .china),
                hole.interval.end.iso8601(at: .china), String(hole.isSilence), String(hole.expectedCount),
                String(hole.missingCount), String(hole.statedCount), hole.state.rawValue,
                hole.knownSince.iso8601(at: .china), hole.whyCode, hole.notices.map(\.id).joined(separator: " "),
                hole.refill?.at.iso8601(at: .china) ?? "", hole.refill.map { String($0.sequence) } ?? "",
            ]
        }
        return ([header] + rows).map { $0.map(csvField).joined(separator: ",") + "\n" }.joined()
    }

    /// What a list of holes does not say by itself.
    func notes(on listing: HoleListing) -> [Words] {
        var notes: [Words] = []
        let counts = Words(
            chinese: "已检查 \(listing.seriesCount) 个序列：应测 \(listing.expectedCount)，有值 \(listing.presentCount)。",
            english: "\(listing.seriesCount) series judged: \(listing.expectedCount) readings due, "
                + "\(listing.presentCount) with a value.")
        notes.append(counts)
        if listing.holes.isEmpty {
            notes.append(
                Words(
                    chinese: "没有符合条件的缺测。没有列出缺测不等于数据完整或达标。",
                    english: "No hole matches. That does not mean that the data are complete or that targets are met."))
        }
        if !listing.neverHeard.isEmpty {
            let names = listing.neverHeard.map(\.rawValue)
            notes.append(
                Words(
                    chinese: "从未收到数据的站点：\(names.joined(separator: "、"))。",
                    english: "Never heard: \(names.joined(separator: ", "))."))
        }
        if listing.unjudgedCount > 0 {
            notes.append(
                Words(
                    chinese: "\(listing.unjudgedCount) 个序列没有登记频次，无法判断缺测；请在登记表中写明 cadence。",
                    english: "\(listing.unjudgedCount) series have no cadence and cannot be judged: "
                        + "give their stations a cadence in the registry."))
        }
        if let station = listing.cutAt {
            notes.append(
                Words(
                    chinese: "列表在站点 \(station) 处截断（最多 \(HoleListing.holeLimit) 个缺测、"
                        + "\(HoleListing.seriesLimit) 个序列）；请按站点或日期缩小范围。",
                    english: "The list is cut at station \(station) (at most \(HoleListing.holeLimit) holes and "
                        + "\(HoleListing.seriesLimit) series): narrow it by station or dates."))
        }
        return notes
    }

    // MARK: The search

    /// - Throws: `CommandFailure` when the query names nothing the node knows.
    func holeListing(_ query: HoleQuery) throws -> HoleListing {
        let interval = try holeInterval(query)
        let now = Node.clock()
        let (stored, head) = try book.read { (Set(try $0.heardStations()), try $0.logHead().sequence) }
        let stations = try holeStations(query, stored: stored)
        let parameter = try query.parameter.map { try knownParameter($0) }
        var registered: [StationID: Instant]?
        var listing = HoleListing()
        for station in stations {
            if listing.holes.count >= HoleListing.holeLimit || listing.seriesCount >= HoleListing.seriesLimit {
                listing.cutAt = station
                break
            }
            if !stored.contains(station) { listing.neverHeard.append(station) }
            let registeredAt: Instant?
            if stored.contains(station) {
                registeredAt = nil
            } else {
                registered = try registered ?? registrations()
                registeredAt = registered?[station]
            }
            // One reading of the book a station, all at the same log position: no reading stays open for long.
            try book.read { reader in
                try search(
                    station, HeardBook(reader, asKnownAt: head), registeredAt: registeredAt, parameter: parameter,
                    query, interval, now, &listing)
            }
        }
        if listing.holes.count > HoleListing.holeLimit {
            listing.holes.removeLast(listing.holes.count - HoleListing.holeLimit)
        }
        return listing
    }

    private func search(
        _ station: StationID, _ source: HeardBook, registeredAt: Instant?, parameter: ParameterID?,
        _ query: HoleQuery, _ interval: Interval?, _ now: Instant, _ listing: inout HoleListing
    ) throws {
        let search = HoleSearch(
            source, registry: registry.registry, rule: HoleRule(), now: now, interval: interval,
            includesRefilled: query.includesRefilled)
        let stored = try source.reader.series(matching: SeriesFilter(stations: [station]))
            .map { StoredSeries(key: $0.key, cadence: $0.traits.cadence) }
            .filter { parameter == nil || $0.key.parameter == parameter }
        var (expected, unjudged) = try search.expected(at: station, stored: stored, registeredAt: registeredAt)
        if let parameter { expected.removeAll { $0.key.parameter != parameter } }
        listing.unjudgedCount += unjudged
        listing.seriesCount += expected.count
        let notices = try source.reader.notices(ofStation: station)
        let marks = try source.reader.holeMarks(ofStation: station)
        for series in expected {
            let found = try search.holes(of: series, notices: notices, marks: marks)
            listing.expectedCount += found.expectedCount
            listing.presentCount += found.presentCount
            listing.holes += found.holes.filter { hole in
                !query.onlyOpen || hole.state == .open || hole.state == .disputed
            }
            if listing.holes.count > HoleListing.holeLimit {
                listing.cutAt = station
                return
            }
        }
    }

    /// Registered stations first: the others belong to no boundary.
    private func holeStations(_ query: HoleQuery, stored: Set<StationID>) throws -> [StationID] {
        let registered = registry.registry.stations.keys
        guard let text = query.station else {
            return registered.sorted() + stored.subtracting(registered).sorted()
        }
        let station = registry.registry.stationNames[text] ?? StationID(text)
        guard stored.contains(station) || registry.registry.stations[station] != nil else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: "--station \(text) is neither registered nor in the book: see `tributary dump series`.")
        }
        return [station]
    }

    private func knownParameter(_ text: String) throws -> ParameterID {
        if let id = catalogue.id(for: text) { return id }
        let isStored = try book.read { reader in
            try !reader.series(matching: SeriesFilter(parameter: ParameterID(text))).isEmpty
        }
        guard isStored else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: "--parameter \(text) is neither in the catalogue nor in the book: give an id such as codmn.")
        }
        return ParameterID(text)
    }

    private func holeInterval(_ query: HoleQuery) throws -> Interval? {
        if query.from == nil && query.until == nil { return nil }
        func instant(_ text: String?, _ option: String, otherwise: Int64) throws -> Instant {
            guard let text else { return Instant(milliseconds: otherwise) }
            guard let instant = Instant(dateOrTime: text) else {
                throw CommandFailure(status: ExitStatus.inputUnusable, message: "\(option) \(Self.noTime(text))")
            }
            return instant
        }
        let from = try instant(query.from, "--from", otherwise: Chunk.startRange.lowerBound)
        let until = try instant(query.until, "--until", otherwise: Chunk.startRange.upperBound)
        guard from < until else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable, message: "--from does not lie before --until: exchange them.")
        }
        return Interval(start: from, end: until)
    }

    static func noTime(_ text: String) -> String {
        "\(text) is neither a date such as 2025-01-31 nor a time such as 2025-01-31T08:00 (+08:00 unless it says so)."
    }

    /// When the book first knew each station: from then on a station that was never heard is silent.
    private func registrations() throws -> [StationID: Instant] {
        var first: [StationID: Instant] = [:]
        for (at, text) in try book.read({ try $0.registryHistory() }) {
            guard let files = try? JSONDecoder().decode([RegistryFile].self, from: Data(text.utf8)) else { continue }
            for station in RegistryFolder(files: files).registry.stations.keys where first[station] == nil {
                first[station] = at
            }
        }
        return first
    }
}

/// The book as a search for holes reads it.
private final class HeardBook: HeardSource {
    let reader: BookReader
    let asKnownAt: Int64
    private var received: [Int64: Instant] = [:]

    init(_ reader: BookReader, asKnownAt: Int64) {
        self.reader = reader
        self.asKnownAt = asKnownAt
    }

    func firstStart(_ series: SeriesKey) throws -> Instant? {
        try reader.firstStart(series, asKnownAt: asKnownAt)
    }

    func valueStart(_ series: SeriesKey, before instant: Instant) throws -> Instant? {
        try reader.valueStart(series, before: instant, asKnownAt: asKnownAt)
    }

    func valueStart(_ series: SeriesKey, from instant: Instant) throws -> Instant? {
        try reader.valueStart(series, from: instant, asKnownAt: asKnownAt)
    }

    func forEachChunk(_ series: SeriesKey, over interval: Interval, _ body: (Chunk) throws -> Void) throws {
        try reader.forEachChunk(of: series, over: interval, body)
    }

    func receivedAt(_ sequence: Int64) throws -> Instant? {
        if let known = received[sequence] { return known }
        let at = try reader.batch(at: sequence)?.receipt.receivedAt
        received[sequence] = at
        return at
    }
}

extension Instant {
    /// `2025-03-01` (its midnight), `2025-03-01T08:00` or `2025-03-01T08:00:00` at +08:00, or a time with its offset.
    init?(dateOrTime text: String) {
        if let date = CivilDate(text) {
            self = date.start(at: .china)
        } else if let instant = Instant(iso8601: text) ?? Instant(iso8601: text + "+08:00") {
            self = instant
        } else {
            return nil
        }
    }
}
