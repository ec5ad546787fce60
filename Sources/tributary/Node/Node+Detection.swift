// Detection as readings come: within the transaction that stores them, from the states stored before.

import Alerting
import Detection
import Monitoring
import Pipeline
import Quality
import Storage

extension Node {
    /// How far behind a station's newest reading a finding may have ended and still open an alert: more than a year, so
    /// that what a season brings late is worked.
    static let alertReach = Duration64.days(400)

    /// Looks at what a transaction brought, stores the states and appends the alerts that follow.
    ///
    /// Of a large transaction the rest is left as work for `finishDetection`, in the same transaction.
    func detect(_ touched: [TouchedSeries], in writer: BookWriter) throws -> LiveNews {
        var news = LiveNews(budget: LiveBudget.readings)
        for (station, series) in Dictionary(grouping: touched, by: \.series.station).sorted(by: { $0.key < $1.key })
        where !live.sections(of: station).isEmpty {
            guard let first = series.map(\.firstStart).min(), let last = series.map(\.lastStart).max() else { continue }
            let work = DetectorWork(station: station, first: first, last: last)
            // While earlier readings of the station wait, the states after them are not those of its readings, and findings
            // made from them would stay: this waits with them.
            let isAwaited = try writer.reader.detectorWork(of: station) != nil
            if news.budget > 0, !isAwaited {
                let chunks = try StationChunks(writer.reader)
                let known = try knownStation(station, in: writer.reader, chunks, series: series)
                try look(at: work, known, chunks, in: writer, news: &news)
            } else {
                try writer.add(work)
            }
        }
        return news
    }

    /// Leaves everything a transaction brought as work, for when many batches have come.
    func leaveForLater(_ touched: [TouchedSeries], in writer: BookWriter) throws {
        for (station, series) in Dictionary(grouping: touched, by: \.series.station)
        where !live.sections(of: station).isEmpty {
            guard let first = series.map(\.firstStart).min(), let last = series.map(\.lastStart).max() else { continue }
            try writer.add(DetectorWork(station: station, first: first, last: last))
        }
    }

    /// Takes over what a committed transaction came to.
    func take(_ news: LiveNews) {
        for changes in news.changes { alertBook.take(changes) }
        live.known.merge(news.known) { $1 }
        for note in news.notes { Terminal.note("tributary: \(note)") }
    }

    /// Does the work that was left, in pieces between which live batches pass.
    ///
    /// One goes through it at a time, however many ask: what comes between two pieces waits for one of them.
    func finishDetection() async throws {
        if let finishing { return try await finishing.value }
        let task = Task { try await workThrough() }
        finishing = task
        try await task.value
    }

    private func workThrough() async throws {
        // In the turn in which nothing was left, so that nobody relies on a search that is over.
        defer { finishing = nil }
        while try book.read({ try $0.detectorWork() }) != nil {
            take(try book.write { writer in try nextPiece(in: writer) })
            await Task.yield()
        }
    }

    private func nextPiece(in writer: BookWriter) throws -> LiveNews {
        var news = LiveNews(budget: LiveBudget.readings)
        let chunks = try StationChunks(writer.reader)
        // A station whose work goes on is for the next piece: its alerts are not taken over yet.
        while news.budget > 0, let work = try writer.reader.detectorWork(), news.known[work.station] == nil {
            try writer.removeDetectorWork(of: work.station)
            if live.sections(of: work.station).isEmpty { continue }
            // A large batch may have brought series and rows that nobody noted here.
            live.known[work.station] = nil
            chunks.forget()
            let known = try knownStation(work.station, in: writer.reader, chunks, series: [])
            try look(at: work, known, chunks, in: writer, news: &news)
        }
        return news
    }

    /// Looks at all stations once after a start: a state of another basis is computed again, and so is what a crash of
    /// an older program left between readings and alerts.
    func checkStates() async throws {
        if live.isChecked { return }
        live.isChecked = true
        var stations = live.stations[...]
        while !stations.isEmpty {
            let news = try book.write { writer in
                var news = LiveNews(budget: LiveBudget.readings)
                while news.budget > 0, let station = stations.popFirst() {
                    // Its work goes on from the state before it, or from the first reading, and to the newest.
                    if try writer.reader.detectorWork(of: station) != nil { continue }
                    let chunks = try StationChunks(writer.reader)
                    let known = try knownStation(station, in: writer.reader, chunks, series: [])
                    news.budget -= LiveBudget.station
                    guard let newest = known.newest else { continue }
                    let work = DetectorWork(station: station, first: newest, last: newest)
                    try look(at: work, known, chunks, in: writer, news: &news)
                }
                return news
            }
            take(news)
            await Task.yield()
        }
    }

    /// What is known of a station, with the series that a transaction brought.
    private func knownStation(
        _ station: StationID, in reader: BookReader, _ chunks: StationChunks, series: [TouchedSeries]
    ) throws -> KnownStation {
        if var known = live.known[station],
            series.allSatisfy({ new in known.records.contains { $0.key == new.series } })
        {
            let own = series.filter { new in known.own.contains { $0.key == new.series } }
            if let last = own.map(\.lastStart).max() { known.newest = max(known.newest ?? last, last) }
            return known
        }
        var known = KnownStation(records: try reader.series(of: station))
        chunks.viewed = live.viewed
        known.newest = try known.own.compactMap { try chunks.lastStart($0) }.max()
        return known
    }

    /// Goes on with the detectors of one station in each of its sections.
    private func look(
        at work: DetectorWork, _ station: KnownStation, _ chunks: StationChunks, in writer: BookWriter,
        news: inout LiveNews
    ) throws {
        var known = station
        defer { news.known[work.station] = known }
        news.budget -= LiveBudget.station
        guard let newest = known.newest, let registered = registry.registry.stations[work.station] else { return }
        let keys = known.own.map(\.key)
        let records = try live.instrumentRecords(of: work.station, in: writer.reader)
        let checks = registry.checkSets.set(for: registered, in: registry.registry)
        var restOf: Instant?
        for section in live.sections(of: work.station) {
            guard
                let live = LiveStation(
                    section, registered, in: registry.registry, series: keys, checks: checks, table: &self.live.checks,
                    rules: registry.detectionRules, records: records, basis: known.bases[section.id])
            else { continue }
            known.bases[section.id] = live.basis
            self.live.viewed.formUnion(live.viewed)
            do {
                let outcome = try goOn(
                    live, at: work, newest: newest, TransactionSource(chunks: chunks, records: known.own),
                    self.live.memory, in: writer)
                news.budget -= outcome.readingCount
                let changes = alertBook.changes(
                    outcome.findings, parties: AlertParty.parties(of: section, in: registry.registry),
                    mark: mark(of: section), at: Node.clock(), opensFrom: newest.advanced(by: -Self.alertReach),
                    stored: try releasedAlerts(outcome.findings, in: writer.reader))
                for event in changes.events { try writer.append(record(event, in: changes)) }
                news.changes.append(changes)
                if case .pause(let position) = outcome.reached {
                    // From there on: a start whose verdicts are settled before that state.
                    let next = position.advanced(by: Duration64(milliseconds: live.blocks.margin))
                    restOf = min(restOf ?? next, next)
                }
            } catch let problem as BookProblem where problem.code == .chunkDamaged {
                // Readings are stored all the same; the states stay behind until the book is whole again.
                news.notes.append("\(work.station) cannot be looked at for \(section.id): \(problem.description)")
            }
        }
        if let restOf {
            try writer.add(DetectorWork(station: work.station, first: restOf, last: max(restOf, work.last)))
        }
    }

    private func goOn(
        _ live: LiveStation, at work: DetectorWork, newest: Instant, _ source: TransactionSource,
        _ memory: ScreeningMemory, in writer: BookWriter
    ) throws -> LiveOutcome {
        let place = DetectorPlace(section: live.screen.section.id, station: work.station)
        let settled = live.blocks.settled(before: min(work.first, newest))
        let base = try writer.reader.detectorState(place, basis: live.basis, upTo: settled)
        if base == nil { try writer.dropDetectorStates(place, notOf: live.basis) }
        let later = try writer.reader.detectorStates(
            place, basis: live.basis, after: base?.position ?? Instant(milliseconds: .min))
        var detection = LiveDetection(
            live, from: base.map { DetectorCheckpoint($0) }, source, memory: memory)
        let outcome = try detection.run(
            later: later.map { DetectorCheckpoint($0) }, lastChange: work.last, newest: newest,
            budget: LiveBudget.readings)
        for position in outcome.dropped { try writer.dropDetectorState(place, at: position) }
        for checkpoint in outcome.stored.values {
            try writer.store(
                DetectorStateRecord(
                    position: checkpoint.position, readingCount: checkpoint.readingCount, state: checkpoint.state),
                of: place, basis: live.basis)
        }
        return outcome
    }

    /// Looks for stations that are silent by the clock, in pieces between which live batches pass: when a network has
    /// failed all its stations fall silent at once.
    func judgeSilence() async throws {
        let now = Node.clock()
        var stations = live.stations[...]
        while !stations.isEmpty {
            try judgeSilence(of: &stations, at: now)
            await Task.yield()
        }
    }

    /// Takes the next piece of `stations`.
    private func judgeSilence(of stations: inout ArraySlice<StationID>, at now: Instant) throws {
        let silenceRule = registry.detectionRules.silence
        var found: [AlertChanges] = []
        while found.count < LiveBudget.silences, let station = stations.popFirst() {
            guard let last = live.known[station]?.newest, let registered = registry.registry.stations[station] else {
                continue
            }
            let isSilent = StationScreen.isSilent(registered, since: last, now: now, rule: silenceRule)
            for section in live.sections(of: station) where registry.registry.boundaries[section.boundary] != nil {
                // Nothing to tell, and nothing told that may be over.
                if !isSilent, !alertBook.hasOpen(section.id, station) { continue }
                let silence = StationScreen.silence(
                    of: registered, in: section, since: last, now: now, rule: silenceRule)
                let changes = alertBook.changes(
                    silence, parties: AlertParty.parties(of: section, in: registry.registry), mark: mark(of: section),
                    at: now, stored: try book.read { try releasedAlerts(silence, in: $0) })
                if !changes.events.isEmpty { found.append(changes) }
            }
        }
        if found.isEmpty { return }
        try book.write { writer in
            for changes in found {
                for event in changes.events { try writer.append(record(event, in: changes)) }
            }
        }
        for changes in found { alertBook.take(changes) }
    }
}

extension DetectorCheckpoint {
    init(_ record: DetectorStateRecord) {
        self.init(position: record.position, readingCount: record.readingCount, state: record.state)
    }
}
