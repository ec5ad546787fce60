// `tributary holes` on the node: what is missing, since when, and why.

import Formats
import Foundation
import Monitoring
import Pipeline
import Quality
import Standards
import Storage
import Web

extension Node {
    func performHoles(_ query: HoleQuery, _ format: OutputFormat) throws -> CommandReply {
        let listing = try holeListing(query)
        let notes = listing.notes
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
        listing.quarantine = try book.read { try $0.quarantineTotals() }
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
            if listing.cutAt != nil { break }
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
        // All of the station's series, whatever is asked for: one bears witness for the others.
        let stored = try source.reader.series(matching: SeriesFilter(stations: [station]))
            .map { StoredSeries(key: $0.key, cadence: $0.traits.cadence) }
        let all = try search.expected(at: station, stored: stored, registeredAt: registeredAt)
        func isWanted(_ key: SeriesKey) -> Bool { parameter.map { $0 == key.parameter } ?? true }
        let expected = all.series.filter { isWanted($0.key) }
        listing.unjudgedCount += all.unjudged.count(where: isWanted)
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

    /// The time a query asks for, `nil` for all.
    func holeInterval(_ query: HoleQuery) throws -> Interval? {
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
