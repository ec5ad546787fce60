// `tributary query`: SQL over the book, to read.

import ArgumentParser
import Storage

struct QueryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Run one SQL statement that reads the book (SELECT, in SQLite's SQL).",
        discussion: """
            observations has one row for each version of an observation: station, parameter, statistic, window_s, \
            origin, start_ms (UTC milliseconds), start (ISO 8601, UTC), value (the digits as received), value_real \
            (binary, for statistics only), qualifier, flag, is_current, is_disputed, batch_seq, series_id. Conditions \
            on station, parameter and start_ms or start keep a query short. The other tables are those of \
            docs/data-file.md: series, batches, log, rejections, quarantine, alerts, runs, postings …

            Limits: 5 s, 64 KiB of SQL, 1 MiB a value, 64 MiB an answer, and the rows of --limit. Exit code 1 when \
            there are more rows than that.
            """)

    @Argument(help: ArgumentHelp("The statement.", valueName: "sql"))
    var sql: String
    @OptionGroup var data: DataOption
    @Option(name: .long, help: ArgumentHelp("Rows at most, up to 1000000.", valueName: "rows"))
    var limit = QueryLimits().rowCount
    @OptionGroup var output: FormatOption

    func validate() throws {
        guard QueryLimits.rowCountRange.contains(limit) else {
            throw ValidationError("--limit \(limit) is not between 1 and \(QueryLimits.rowCountRange.upperBound).")
        }
    }

    func run() async throws {
        try await reportingFailures {
            try await NodeGateway.perform(
                .query(sql: sql, limit: limit, format: output.format), folder: data.folder)
        }
    }
}
