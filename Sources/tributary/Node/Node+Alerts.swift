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

    /// The alert book that the stored events add up to.
    static func alertBook(_ book: Book) throws -> AlertBook {
        let events = try book.read { reader in
            try reader.alertEvents().map { record in
                guard let json = CanonicalJSON(reading: record.payload), let event = AlertEvent(json: json) else {
                    throw BookProblem(
                        .newerSchema, place: "alert_events",
                        message: "an event of \(record.alert) cannot be read by this program.",
                        remedy: "Open this folder with the program that wrote it.")
                }
                return event
            }
        }
        return try AlertBook(replaying: events)
    }

    func alertLines(onlyOpen: Bool) -> [AlertLine] {
        (onlyOpen ? alertBook.open : alertBook.ordered.filter { $0.state == .open || $0.state == .ended })
            .map { AlertLine($0, registry: registry.registry, parameters: catalogue) }
    }

    func performAlerts(onlyOpen: Bool, _ format: OutputFormat) throws -> CommandReply {
        let lines = alertLines(onlyOpen: onlyOpen)
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
