// The alert book: findings in, events out; its state is the fold of its events and nothing else.

package import Detection
package import Monitoring

/// All alerts of a node.
package struct AlertBook: Sendable {
    package private(set) var alerts: [AlertID: Alert] = [:]
    /// The alerts of each station of a section, in the order of their findings.
    private var byPlace: [AlertPlace: [AlertID]] = [:]
    /// The open ones: few, however many a history brought.
    private var openIDs: Set<AlertID> = []
    private var openCounts: [AlertPlace: Int] = [:]

    package init() {}

    /// The book that `events` add up to.
    package init(replaying events: some Sequence<AlertEvent>) throws(AlertProblem) {
        for event in events { try apply(event) }
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
    /// - Parameter opensFrom: a finding that ended before opens no alert: nobody works what is long over. Alerts that are
    ///   in the book follow their findings all the same.
    /// - Complexity: that of the findings and of the alerts of the examined stations since the examined spans began.
    package func changes(
        _ found: SectionFindings, parties: [AlertParty], mark: AlertMark, at now: Instant, opensFrom: Instant? = nil
    ) -> AlertChanges {
        var changes: [(AlertID, AlertEvent.Change)] = []
        var present: Set<AlertID> = []
        for finding in found.findings.sorted(by: { $0.id < $1.id }) {
            let id = AlertID(finding.id)
            present.insert(id)
            let known = alerts[id]
            if known == nil, let opensFrom, let end = finding.end, end < opensFrom { continue }
            for change in Self.changes(known, finding, parties, mark) { changes.append((id, change)) }
        }
        for alert in examined(by: found) where alert.state != .withdrawn && !present.contains(alert.id) {
            if found.examined.contains(where: { $0.covers(alert.finding.id) }) {
                changes.append((alert.id, .withdrawn))
            }
        }
        var changed = AlertChanges()
        for (id, change) in changes {
            let event = AlertEvent(alert: id, at: now, change: change)
            do { try changed.add(event, to: alerts[id]) } catch {
                preconditionFailure("The book refused its own event: \(error)")
            }
        }
        return changed
    }

    /// Applies changes to the book they were computed from.
    package mutating func take(_ changes: AlertChanges) {
        for (id, alert) in changes.alerts { put(alert, id) }
    }

    /// The alerts of the examined stations that began in the examined spans or later, in order.
    private func examined(by found: SectionFindings) -> [Alert] {
        // Mostly the series of one station, one after the other.
        var earliest: [(place: AlertPlace, start: Instant)] = []
        for series in found.examined {
            let place = AlertPlace(section: series.section, station: series.station)
            if let known = earliest.lastIndex(where: { $0.place == place }) {
                earliest[known].start = min(earliest[known].start, series.span.start)
            } else {
                earliest.append((place, series.span.start))
            }
        }
        var met: [Alert] = []
        for (place, start) in earliest {
            for id in (byPlace[place] ?? []).reversed() {
                guard let alert = alerts[id] else { continue }
                if alert.finding.id.start < start { break }
                met.append(alert)
            }
        }
        return met.sorted { $0.finding.id < $1.finding.id }
    }

    private mutating func put(_ alert: Alert, _ id: AlertID) {
        note(alert, id)
        if alerts.updateValue(alert, forKey: id) != nil { return }
        let finding = alert.finding.id
        let place = AlertPlace(section: finding.section, station: finding.station)
        var index = byPlace[place, default: []].endIndex
        // Alerts open in the order of time, but for late data.
        while index > 0, let before = byPlace[place]?[index - 1], let other = alerts[before],
            finding < other.finding.id
        {
            index -= 1
        }
        byPlace[place, default: []].insert(id, at: index)
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
