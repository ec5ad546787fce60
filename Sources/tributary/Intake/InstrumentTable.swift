// What a table of instruments' checks makes, whichever way it comes, and what stands against it.

import Formats
import Monitoring
import Storage

extension IntakeRules {
    /// The filing that a table of records makes, or everything against it.
    ///
    /// - Parameter entitled: the stations its sender may speak for; `nil`: any.
    func instrumentFiling(
        _ text: String, file: String, person: String, now: Instant, entitled: Set<StationID>?
    ) -> (filing: InstrumentFiling?, problems: [String]) {
        let (table, faults) = readInstrumentRecords(text, file: file, parameters: catalogue)
        var problems = faults.map(\.description)
        let records = table?.records.map { record in
            record.of(registry.stationNames[record.station.rawValue] ?? record.station)
        }
        for id in Set((records ?? []).map(\.station)).sorted() where registry.stations[id] == nil {
            problems.append(
                "\(file): the station \(id) is not registered. Give the id or an alias of a station in "
                    + "the registry folder, or register it first.")
        }
        if let late = records?.first(where: { $0.time > now }) {
            problems.append(
                "\(file): a check of \(late.station) is dated \(late.time.iso8601(at: .china)), which "
                    + "is still to come. Correct the time.")
        }
        for id in Set((records ?? []).map(\.station)).sorted() where entitled.map({ !$0.contains(id) }) ?? false {
            problems.append("\(file): its sender does not speak for the station \(id).")
        }
        guard problems.isEmpty, let table, let records else { return (nil, problems) }
        return (
            InstrumentFiling(document: table.document, records: records, person: person, filedAt: now), []
        )
    }
}

extension Rejection {
    /// Problems of a table that its refusal tells of.
    private static let toldProblemLimit = 20

    /// Of a whole table: its records are taken all or none.
    static func instrumentTable(_ name: String, _ problems: [String]) -> Rejection {
        Rejection(
            .malformedDocument, row: 0, excerpt: name,
            remedy: problems.prefix(toldProblemLimit).joined(separator: " ")
                + " Correct the table and send it again; records are taken all or none.")
    }
}
