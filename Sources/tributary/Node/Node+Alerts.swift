// Alerts of the node: what the detectors found, appended as events, and the alert book they add up to.

import Alerting
import Detection
import Monitoring
import Storage
import Web

extension Node {
    /// When nothing waits: at start-up, after the last of many batches, and from time to time, since a station that sends
    /// nothing touches nothing.
    func updateAllAlerts() async throws {
        try await checkStates()
        try await finishDetection()
        try await judgeSilence()
    }

    /// Example boundaries hold synthetic data only, and say so on every alert.
    func mark(of section: Section) -> AlertMark {
        registry.registry.boundaries[section.boundary]?.isExample == true ? .synthetic : .measured
    }

    func record(_ event: AlertEvent, in changes: AlertChanges) -> AlertEventRecord {
        guard let alert = changes.alerts[event.alert] else { preconditionFailure("An event has its alert.") }
        let id = alert.finding.id
        return AlertEventRecord(
            alert: event.alert.rawValue, at: event.at, kind: event.name, state: alert.state.rawValue,
            subject: AlertSubject(
                kind: id.kind.rawValue, section: id.section.rawValue, parameter: id.parameter?.rawValue ?? "",
                station: id.station.rawValue),
            payload: event.json.text())
    }

    /// Alerts held in memory that are over: the rest of them lies in the book, so that memory does not grow with them.
    static let heldAlerts = 8_192

    /// The alert book that the stored events add up to.
    static func alertBook(_ book: Book) throws -> AlertBook {
        try book.read { reader in
            guard let cut = try reader.alertOpening(before: heldAlerts) else {
                return try AlertBook(replaying: try reader.alertEvents().map(event), heldOver: heldAlerts)
            }
            let events = try reader.alertEvents(ofOpenOrOpenedAfter: cut)
            var alerts = try AlertBook(replaying: try events.map(event), heldOver: heldAlerts)
            for (subject, id) in try reader.lastAlertsOver(openedUntil: cut) {
                let (section, station) = (SectionID(subject.section), StationID(subject.station))
                let parameter = subject.parameter.isEmpty ? nil : ParameterID(subject.parameter)
                // To the second, so that the whole of it is meant.
                let start = AlertID(id).beginning(section, station, parameter)?.advanced(by: .seconds(1))
                alerts.noteReleased(section, station, until: start ?? Instant(milliseconds: .max))
            }
            return alerts
        }
    }

    private static func event(_ record: AlertEventRecord) throws -> AlertEvent {
        guard let json = CanonicalJSON(reading: record.payload), let event = AlertEvent(json: json) else {
            throw BookProblem(
                .newerSchema, place: "alert_events",
                message: "an event of \(record.alert) cannot be read by this program.",
                remedy: "Open this folder with the program that wrote it.")
        }
        return event
    }

    /// An alert as it stands, held or not.
    func alert(_ id: AlertID) throws -> Alert? {
        try alertBook.alerts[id] ?? book.read { try Self.alert(id, in: $0) }
    }

    private static func alert(_ id: AlertID, in reader: BookReader) throws -> Alert? {
        try AlertBook(replaying: try reader.alertEvents(of: id.rawValue).map(event)).alerts[id]
    }

    /// The alerts that are over and not held, as far as findings may touch them.
    func releasedAlerts(_ found: SectionFindings, in reader: BookReader) throws -> [AlertID: Alert] {
        var ids: Set<AlertID> = []
        for id in found.findings.map(\.id) where alertBook.mayHaveReleased(id.section, id.station, from: id.start) {
            ids.insert(AlertID(id))
        }
        var spans: [ParameterID?: Interval] = [:]
        for series in found.examined
        where alertBook.mayHaveReleased(series.section, series.station, from: series.span.start) {
            let known = spans[series.parameter] ?? series.span
            // The kinds of one parameter are looked for together: they lie side by side.
            spans[series.parameter] = Interval(
                start: min(known.start, series.span.start), end: max(known.end, series.span.end))
        }
        if let series = found.examined.first {
            for (parameter, span) in spans {
                let texts = AlertID.texts(series.section, series.station, parameter, in: span)
                ids.formUnion(try reader.endedAlerts(texts).map { AlertID($0) })
            }
        }
        var alerts: [AlertID: Alert] = [:]
        for id in ids where alertBook.alerts[id] == nil { alerts[id] = try Self.alert(id, in: reader) }
        return alerts
    }

    /// Lines of the open alerts, or of all that stand, in the order of their findings.
    func alertLines(onlyOpen: Bool) throws -> [AlertLine] {
        if onlyOpen { return lines(alertBook.open) }
        let all = try book.read { try AlertBook(replaying: try $0.alertEvents().map(Self.event)) }
        return lines(all.ordered.filter { $0.state == .open || $0.state == .ended })
    }

    /// Lines of the open alerts and of the `limit` that ended and were opened last, in the order of their findings.
    func latestAlertLines(limit: Int) throws -> [AlertLine] {
        let ended = try book.read { reader in
            try reader.latestEndedAlerts(limit: limit).compactMap { text in
                let id = AlertID(text)
                return try alertBook.alerts[id] ?? Self.alert(id, in: reader)
            }
        }
        return lines((alertBook.open + ended).sorted { $0.finding.id < $1.finding.id })
    }

    private func lines(_ alerts: [Alert]) -> [AlertLine] {
        alerts.map { AlertLine($0, registry: registry.registry, parameters: catalogue) }
    }

    func performAlerts(onlyOpen: Bool, _ format: OutputFormat) throws -> CommandReply {
        let lines = try alertLines(onlyOpen: onlyOpen)
        switch format {
        case .csv: return .done(([AlertLine.csvHeader] + lines.map(\.csvRow)).map { $0 + "\n" }.joined())
        case .json: return .done(lines.map { $0.json.text() + "\n" }.joined())
        case .text:
            if lines.isEmpty {
                return .done(
                    "No alert on record. No alert does not mean that targets are met: see when each section was last "
                        + "heard.\n没有报警记录。没有报警不等于达标：请查看各断面最近的数据时间。\n")
            }
            return .done(lines.map { "\($0.chinese)\n\($0.english)\n" }.joined(separator: "\n"))
        }
    }
}
