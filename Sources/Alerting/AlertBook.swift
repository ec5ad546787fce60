// The alert book: findings in, events out; its state is the fold of its events and nothing else.

package import Detection
package import Monitoring

/// All alerts of a node.
package struct AlertBook: Sendable {
    package private(set) var alerts: [AlertID: Alert] = [:]

    package init() {}

    /// The book that `events` add up to.
    package init(replaying events: some Sequence<AlertEvent>) throws(AlertProblem) {
        for event in events { try apply(event) }
    }

    /// Alerts in the order of their findings.
    package var ordered: [Alert] { alerts.values.sorted { $0.finding.id < $1.finding.id } }

    /// Takes in the findings of one section as they stand now.
    ///
    /// The same findings again give no event. An alert whose finding is gone is withdrawn only when the series it came
    /// from was examined over its time: missing data take nothing back.
    ///
    /// - Returns: what happened, already applied; append it to the store and notify by it.
    package mutating func update(
        _ found: SectionFindings, parties: [AlertParty], mark: AlertMark, at now: Instant
    ) -> [AlertEvent] {
        var changes: [(AlertID, AlertEvent.Change)] = []
        var present: Set<AlertID> = []
        for finding in found.findings.sorted(by: { $0.id < $1.id }) {
            let id = AlertID(finding.id)
            present.insert(id)
            for change in Self.changes(alerts[id], finding, parties, mark) { changes.append((id, change)) }
        }
        for alert in ordered where alert.state != .withdrawn && !present.contains(alert.id) {
            if found.examined.contains(where: { $0.covers(alert.finding.id) }) {
                changes.append((alert.id, .withdrawn))
            }
        }
        return changes.map { id, change in
            let event = AlertEvent(alert: id, at: now, change: change)
            do { try apply(event) } catch { preconditionFailure("The book refused its own event: \(error)") }
            return event
        }
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
        if case .opened(let finding, let parties, let mark) = event.change {
            guard alerts[event.alert] == nil else { throw .alreadyOpened(event.alert) }
            guard AlertID(finding.id) == event.alert else { throw .anotherFinding(event.alert) }
            alerts[event.alert] = Alert(
                id: event.alert, mark: mark, openedAt: event.at, state: .open, finding: finding,
                sides: parties.map { AlertSide(party: $0) })
            return
        }
        guard var alert = alerts[event.alert] else { throw .unknownAlert(event.alert) }
        try alert.apply(event)
        alerts[event.alert] = alert
    }
}
