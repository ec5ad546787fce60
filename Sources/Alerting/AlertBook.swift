// The alert book: findings in, events out; its state is the fold of its events and nothing else.

package import Detection
package import Monitoring

/// The alerts of a node: all that are open, and the latest of those that are over.
///
/// Beyond `heldOver` those that are over are let go of: `changes` is given the ones it needs by whoever stores the events.
package struct AlertBook: Sendable {
    package private(set) var alerts: [AlertID: Alert] = [:]
    /// The alerts of each station of a section, by the beginnings of their findings.
    private var byPlace: [AlertPlace: [PlacedAlert]] = [:]
    /// The open ones: few, however many a history brought.
    private var openIDs: Set<AlertID> = []
    private var openCounts: [AlertPlace: Int] = [:]
    /// How many alerts are held that are over.
    private var heldOver: Int
    /// Those in the order in which they came to be over; from `overHead` on they are held.
    private var over: [AlertID] = []
    private var overHead = 0
    /// The latest beginning of the alerts of a place that were let go of.
    private var lastReleased: [AlertPlace: Instant] = [:]

    package init(heldOver: Int = .max) { self.heldOver = heldOver }

    /// The book that `events` add up to.
    package init(replaying events: some Sequence<AlertEvent>, heldOver: Int = .max) throws(AlertProblem) {
        self.heldOver = .max
        for event in events { try apply(event) }
        self.heldOver = heldOver
        let over = alerts.values.filter { $0.state != .open }.sorted { ($0.openedAt, $0.id) < ($1.openedAt, $1.id) }
        for alert in over { release(after: alert.id) }
    }

    /// Alerts in the order of their findings.
    package var ordered: [Alert] { alerts.values.sorted { $0.finding.id < $1.finding.id } }

    /// The open alerts in the order of their findings.
    ///
    /// - Complexity: O(k log k) for k open alerts, however many are over.
    package var open: [Alert] { openIDs.compactMap { alerts[$0] }.sorted { $0.finding.id < $1.finding.id } }

    /// Whether an alert of a station of a section is open.
    package func hasOpen(_ section: SectionID, _ station: StationID) -> Bool {
        openCounts[AlertPlace(section: section, station: station)] != nil
    }

    /// Takes in the findings of one section as they stand now.
    ///
    /// - Returns: what happened, already applied; append it to the store and notify by it.
    package mutating func update(
        _ found: SectionFindings, parties: [AlertParty], mark: AlertMark, at now: Instant
    ) -> [AlertEvent] {
        let changes = changes(found, parties: parties, mark: mark, at: now)
        take(changes)
        return changes.events
    }

    /// What the findings of one section, as they stand now, change in this book; `take` applies it.
    ///
    /// The same findings again give no event. An alert whose finding is gone is withdrawn only when the series it came
    /// from was examined over its time: missing data take nothing back.
    ///
    /// - Parameters:
    ///   - opensFrom: a finding that ended before opens no alert: nobody works what is long over. Alerts that are in the
    ///     book follow their findings all the same.
    ///   - stored: the alerts that were let go of and of which `mayHaveReleased` says that they may take part.
    /// - Complexity: O(k log k) for k findings and alerts that began in the examined spans, however many others there are.
    package func changes(
        _ found: SectionFindings, parties: [AlertParty], mark: AlertMark, at now: Instant, opensFrom: Instant? = nil,
        stored: [AlertID: Alert] = [:]
    ) -> AlertChanges {
        var changes: [(AlertID, AlertEvent.Change)] = []
        var present: Set<AlertID> = []
        for finding in found.findings.sorted(by: { $0.id < $1.id }) {
            let id = AlertID(finding.id)
            present.insert(id)
            let known = alerts[id] ?? stored[id]
            if known == nil, let opensFrom, let end = finding.end, end < opensFrom { continue }
            for change in Self.changes(known, finding, parties, mark) { changes.append((id, change)) }
        }
        for alert in examined(by: found, stored) where alert.state != .withdrawn && !present.contains(alert.id) {
            if found.examined.contains(where: { $0.covers(alert.finding.id) }) {
                changes.append((alert.id, .withdrawn))
            }
        }
        var changed = AlertChanges()
        for (id, change) in changes {
            let event = AlertEvent(alert: id, at: now, change: change)
            do { try changed.add(event, to: alerts[id] ?? stored[id]) } catch {
                preconditionFailure("The book refused its own event: \(error)")
            }
        }
        return changed
    }

    /// Applies changes to the book they were computed from.
    package mutating func take(_ changes: AlertChanges) {
        // In the order of time, in which alerts are appended to those of their place: a history may bring thousands.
        for (id, alert) in changes.alerts.sorted(by: { $0.value.finding.id.start < $1.value.finding.id.start }) {
            put(alert, id)
        }
    }

    /// Whether an alert of this place that began at `start` or later is over and no longer held.
    package func mayHaveReleased(_ section: SectionID, _ station: StationID, from start: Instant) -> Bool {
        lastReleased[AlertPlace(section: section, station: station)].map { start <= $0 } ?? false
    }

    /// Notes that the store has alerts of this place which are over and were never held, the last of which began at `start`.
    package mutating func noteReleased(_ section: SectionID, _ station: StationID, until start: Instant) {
        let place = AlertPlace(section: section, station: station)
        lastReleased[place] = max(lastReleased[place] ?? start, start)
    }

    /// The alerts of the examined stations that began in the examined spans, in order.
    private func examined(by found: SectionFindings, _ stored: [AlertID: Alert]) -> [Alert] {
        // Mostly the series of one station, one after the other.
        var spans: [(place: AlertPlace, start: Instant, last: Instant)] = []
        for series in found.examined {
            let place = AlertPlace(section: series.section, station: series.station)
            if let known = spans.lastIndex(where: { $0.place == place }) {
                spans[known].start = min(spans[known].start, series.span.start)
                spans[known].last = max(spans[known].last, series.span.end)
            } else {
                spans.append((place, series.span.start, series.span.end))
            }
        }
        var met: [Alert] = []
        for (place, start, last) in spans {
            guard let placed = byPlace[place] else { continue }
            let row = placed.firstIndex(from: start)
            for alert in placed[row...].prefix(while: { $0.start <= last }) {
                if let known = alerts[alert.id] { met.append(known) }
            }
        }
        met += stored.values.filter { alerts[$0.id] == nil }
        return met.sorted { $0.finding.id < $1.finding.id }
    }

    private mutating func put(_ alert: Alert, _ id: AlertID) {
        note(alert, id)
        let before = alerts.updateValue(alert, forKey: id)
        if alert.state != .open, before?.state ?? .open == .open { release(after: id) }
        if before != nil { return }
        let finding = alert.finding.id
        let place = AlertPlace(section: finding.section, station: finding.station)
        byPlace[place, default: []].place(PlacedAlert(start: finding.start, id: id))
    }

    /// Notes that one more is over, and lets go of the one that has been over longest when there are too many.
    private mutating func release(after id: AlertID) {
        if heldOver == .max { return }
        over.append(id)
        guard over.count - overHead > heldOver else { return }
        let oldest = over[overHead]
        overHead += 1
        if overHead > heldOver {
            over.removeFirst(overHead)
            overHead = 0
        }
        // Open again since, or let go of before: it stands in the line once more where it came to be over last.
        guard let alert = alerts[oldest], alert.state != .open else { return }
        alerts[oldest] = nil
        let finding = alert.finding.id
        byPlace[AlertPlace(section: finding.section, station: finding.station)]?.remove(oldest, from: finding.start)
        noteReleased(finding.section, finding.station, until: finding.start)
    }

    /// Keeps what is open apart.
    private mutating func note(_ alert: Alert, _ id: AlertID) {
        let isOpen = alert.state == .open
        guard isOpen ? openIDs.insert(id).inserted : openIDs.remove(id) != nil else { return }
        let place = AlertPlace(section: alert.finding.id.section, station: alert.finding.id.station)
        let count = openCounts[place, default: 0] + (isOpen ? 1 : -1)
        openCounts[place] = count > 0 ? count : nil
    }

    private static func changes(
        _ alert: Alert?, _ finding: Finding, _ parties: [AlertParty], _ mark: AlertMark
    ) -> [AlertEvent.Change] {
        let end: [AlertEvent.Change] = finding.end == nil ? [] : [.ended(finding)]
        guard let alert else { return [.opened(finding, parties: parties, mark: mark)] + end }
        switch alert.state {
        case .withdrawn: return [.reopened(finding)] + end
        case .open:
            if finding.end != nil { return end }
            return alert.finding == finding ? [] : [.extended(finding)]
        case .ended:
            if finding.end == nil { return [.reopened(finding)] }
            // Late data moved the end or the peak of what is over: told as an end again, never as a new alert.
            return alert.finding == finding ? [] : end
        }
    }

    /// One side's act. Receiving and seeing twice changes nothing, and no act opens or ends an alert.
    package mutating func act(
        _ change: AlertEvent.Change, on id: AlertID, at now: Instant
    ) -> Result<[AlertEvent], AlertProblem> {
        let event = AlertEvent(alert: id, at: now, change: change)
        let before = alerts[id]
        do {
            try apply(event)
        } catch {
            return .failure(error)
        }
        return .success(alerts[id] == before ? [] : [event])
    }

    /// Applies one event of the log.
    package mutating func apply(_ event: AlertEvent) throws(AlertProblem) {
        put(try Self.applied(event, to: alerts[event.alert]), event.alert)
    }

    fileprivate static func applied(_ event: AlertEvent, to alert: Alert?) throws(AlertProblem) -> Alert {
        if case .opened(let finding, let parties, let mark) = event.change {
            guard alert == nil else { throw .alreadyOpened(event.alert) }
            guard AlertID(finding.id) == event.alert else { throw .anotherFinding(event.alert) }
            return Alert(
                id: event.alert, mark: mark, openedAt: event.at, state: .open, finding: finding,
                sides: parties.map { AlertSide(party: $0) })
        }
        guard var alert else { throw .unknownAlert(event.alert) }
        try alert.apply(event)
        return alert
    }
}

private struct AlertPlace: Hashable {
    let section: SectionID
    let station: StationID
}

/// When the finding of an alert began: what alerts of a place are looked for by, without the alerts themselves.
private struct PlacedAlert {
    let start: Instant
    let id: AlertID
}

extension [PlacedAlert] {
    /// The first that begins at `start` or later.
    fileprivate func firstIndex(from start: Instant) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle].start < start { low = middle + 1 } else { high = middle }
        }
        return low
    }

    fileprivate mutating func remove(_ id: AlertID, from start: Instant) {
        if let place = self[firstIndex(from: start)...].firstIndex(where: { $0.id == id }) { remove(at: place) }
    }

    /// Takes one in: at the end, but for late data.
    fileprivate mutating func place(_ alert: PlacedAlert) {
        let isLast = last.map { $0.start <= alert.start } ?? true
        insert(alert, at: isLast ? count : firstIndex(from: alert.start))
    }
}

/// Events that follow from findings, and the alerts as they are after them.
package struct AlertChanges: Sendable {
    package private(set) var events: [AlertEvent] = []
    package private(set) var alerts: [AlertID: Alert] = [:]

    package init() {}

    fileprivate mutating func add(_ event: AlertEvent, to stored: Alert?) throws(AlertProblem) {
        alerts[event.alert] = try AlertBook.applied(event, to: alerts[event.alert] ?? stored)
        events.append(event)
    }
}
