// Alerts of the node: findings of the touched sections, compared with the alert book, appended as events.

import Alerting
import Detection
import Monitoring
import Pipeline
import Quality
import Storage
import Web

extension Node {
    /// Computes the findings of every section that one of `touched` measures for, and appends what follows from them.
    ///
    /// More batches may be waiting, so nobody is called silent yet: that is for `updateAllAlerts`.
    func updateAlerts(touched: Set<StationID>) throws {
        let sections = registry.registry.sections.values.filter { section in
            section.stations.contains { touched.contains($0) }
        }
        try updateAlerts(of: sections.sorted { $0.id < $1.id }, judgesSilence: false)
    }

    /// When nothing waits: at start-up, so that a crash between a commit and its alerts loses none, after the last of
    /// many batches, and from time to time, since a station that sends nothing touches nothing.
    func updateAllAlerts() throws {
        try updateAlerts(of: registry.registry.sections.values.sorted { $0.id < $1.id }, judgesSilence: true)
    }

    private func updateAlerts(of sections: [Section], judgesSilence: Bool) throws {
        if sections.isEmpty { return }
        let now = Node.clock()
        let rules = DetectionRules()
        let source = try BookSource(book)
        let found = try sections.map { section in
            try detect(
                section, in: registry.registry, source, checks: registry.checkSets, rules: rules,
                now: judgesSilence ? now : nil)
        }
        // Applied to a copy: the book in memory follows the book on disk, never the other way round.
        var updated = alertBook
        var events: [AlertEvent] = []
        for (section, findings) in zip(sections, found) {
            let parties = AlertParty.parties(of: section, in: registry.registry)
            events += updated.update(findings, parties: parties, mark: mark(of: section), at: now)
        }
        if events.isEmpty { return }
        try book.write { writer in
            for event in events { try writer.append(record(event, in: updated)) }
        }
        alertBook = updated
    }

    /// Example boundaries hold synthetic data only, and say so on every alert.
    private func mark(of section: Section) -> AlertMark {
        registry.registry.boundaries[section.boundary]?.isExample == true ? .synthetic : .measured
    }

    private func record(_ event: AlertEvent, in alerts: AlertBook) -> AlertEventRecord {
        guard let alert = alerts.alerts[event.alert] else { preconditionFailure("An event has its alert.") }
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
        alertBook.ordered
            .filter { $0.state == .open || (!onlyOpen && $0.state == .ended) }
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
