// What happened around a settlement, from a person's table (CSV): who was notified when, who objected, with the document.

internal import Exact
package import Monitoring

/// A table of events: `event,party,at,document`.
package enum EventTable {
    package static let header = "event,party,at,document"
    /// A settlement has dozens of acts, not thousands.
    package static let rowLimit = 10_000

    /// The events of `text`, or every problem with its line.
    package static func read(
        _ text: String, file: String, for agreement: Agreement
    ) -> (events: [SettlementEvent], problems: [Problem]) {
        var events: [SettlementEvent] = []
        var problems: [Problem] = []
        func report(_ line: Int, _ message: String, _ remedy: String) {
            problems.append(Problem(check: "events.row", file: file, line: line, message: message, remedy: remedy))
        }
        let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
        let first = lines.first.map { $0.hasPrefix("\u{FEFF}") ? $0.dropFirst() : $0 } ?? ""
        if first != header {
            report(1, "The first line is not the header of a table of events.", "Begin with \(header).")
        }
        if lines.count > rowLimit {
            report(rowLimit, "The table has more than \(rowLimit) rows.", "Give the events of this period only.")
            return ([], problems)
        }
        for (index, line) in lines.enumerated().dropFirst() where !line.isEmpty {
            let cells = InputTable.cells(of: line)
            guard cells.count == 4 else {
                report(
                    index + 1, "The row has \(cells.count) cells instead of 4.", "A cell with a comma stands in quotes."
                )
                continue
            }
            guard let event = WindowEvent(rawValue: cells[0]), event != .periodEnd else {
                let known = WindowEvent.allCases.filter { $0 != .periodEnd }.map(\.rawValue).joined(separator: ", ")
                report(index + 1, "“\(cells[0])” is not an event.", "Use one of \(known).")
                continue
            }
            if !cells[1].isEmpty, agreement.party(cells[1]) == nil {
                report(index + 1, "There is no party “\(cells[1])”.", "Leave it empty for all of them.")
                continue
            }
            guard let date = CivilDate(cells[2]) else {
                report(index + 1, "“\(cells[2])” is not a day.", "Write a civil day such as 2026-03-31.")
                continue
            }
            guard !cells[3].isEmpty else {
                report(index + 1, "The event has no document.", "Name the paper, message or record that shows it.")
                continue
            }
            events.append(
                SettlementEvent(
                    event: event, party: cells[1].isEmpty ? nil : cells[1], date: date, document: cells[3]))
        }
        return (events, problems)
    }
}
