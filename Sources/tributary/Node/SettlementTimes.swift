// What `--events` and `--as-of` say of the windows of a settlement, read and checked in one place.

import Compensation
import Monitoring

/// The recorded events of a period and the day its windows are judged by.
struct SettlementTimes {
    let events: [SettlementEvent]
    let asOf: CivilDate?

    /// - Throws: `CommandFailure` for a table with problems, or a day that is none or has not come.
    init(_ table: RegistryFile?, asOf text: String?, for agreement: Agreement) throws {
        let read = table.map { EventTable.read($0.text, file: $0.path, for: agreement) } ?? (events: [], problems: [])
        guard read.problems.isEmpty else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: read.problems.map(\.description).joined(separator: "\n")
                    + "\n\(table?.path ?? "") has \(read.problems.count) problems and no event of it was taken.")
        }
        events = read.events
        guard let text else {
            asOf = nil
            return
        }
        guard let day = CivilDate(text) else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable, message: "--as-of \(text) is not a day: write 2026-03-31.")
        }
        guard day.start(at: agreement.offset) <= Node.clock() else {
            throw CommandFailure(
                status: ExitStatus.inputUnusable,
                message: "--as-of \(text) has not come: windows are judged by a day that has.")
        }
        asOf = day
    }
}
