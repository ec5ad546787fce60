// A walk over the rows of `observations`: series by series, chunk by chunk, only those that the terms leave.

import Exact
import Formats
import GRDBSQLite
import Monitoring

/// One cursor of the table `observations`.
final class ObservationsCursor {
    let context: QueryContext
    private(set) var isAtEnd = true

    private var seriesRows: InnerStatement?
    private var chunkRows: InnerStatement?
    private var bounds = Chunk.startRange
    private var needsMarks = false
    private var series: (id: Int64, key: SeriesKey)?
    private var span: Int64 = 0
    private var chunk = Chunk()
    /// For each row of `chunk`, when `needsMarks`.
    private var marks: [(isCurrent: Bool, isDisputed: Bool)] = []
    private var row = 0
    private var end = 0

    init(_ context: QueryContext) { self.context = context }

    var rowNumber: Int64 { context.rowNumber(series: series?.id ?? 0, span: span, row: row) }

    /// Starts at the first row that the terms of `plan` leave.
    func filter(plan: Int32, _ arguments: UnsafeBufferPointer<OpaquePointer?>) throws(BookProblem) {
        needsMarks = plan & ObservationsTerm.marks.bit != 0
        bounds = Chunk.startRange
        chunkRows = nil
        series = nil
        (row, end) = (0, 0)
        isAtEnd = false
        var found = SeriesConditions()
        var next = 0
        for term in ObservationsTerm.allCases where term != .marks && plan & term.bit != 0 {
            let argument = arguments[next]
            next += 1
            if sqlite3_value_type(argument) == SQLITE_NULL || !take(term, argument, &found) {
                isAtEnd = true
                return
            }
        }
        let statement = try InnerStatement(context.connection, found.sql)
        found.bind(to: statement)
        seriesRows = statement
        try nextChunk()
    }

    func advance() throws(BookProblem) {
        row += 1
        if row >= end { try nextChunk() }
    }

    /// Narrows by one term; `false` when nothing can be left.
    ///
    /// A value of another type than the column's is compared by SQLite's own rules, and so does not narrow.
    private func take(_ term: ObservationsTerm, _ argument: OpaquePointer?, _ found: inout SeriesConditions) -> Bool {
        let type = sqlite3_value_type(argument)
        switch term {
        case .seriesID, .window:
            if type == SQLITE_INTEGER { found.add(term, number: sqlite3_value_int64(argument)) }
        case .station, .parameter, .statistic, .origin:
            if type == SQLITE_TEXT { found.add(term, text: Self.text(argument)) }
        case .startBefore:
            guard type == SQLITE_INTEGER else { return true }
            let (last, isBeforeAll) = sqlite3_value_int64(argument).subtractingReportingOverflow(1)
            return !isBeforeAll && narrow(from: nil, until: last)
        case .startFrom, .startUntil, .startAt:
            guard type == SQLITE_INTEGER else { return true }
            let instant = sqlite3_value_int64(argument)
            return narrow(from: term == .startUntil ? nil : instant, until: term == .startFrom ? nil : instant)
        case .textFrom, .textUntil, .textAt:
            // Texts of starts begin with their date, which decides before anything after it does.
            guard type == SQLITE_TEXT, let date = CivilDate(String(Self.text(argument).prefix(10))) else { return true }
            let day = date.start(at: .utc).milliseconds
            return narrow(from: term == .textUntil ? nil : day, until: term == .textFrom ? nil : day + 86_399_999)
        case .marks: break
        }
        return true
    }

    private static func text(_ argument: OpaquePointer?) -> String {
        sqlite3_value_text(argument).map { String(cString: $0) } ?? ""
    }

    private func narrow(from: Int64?, until: Int64?) -> Bool {
        let lower = max(bounds.lowerBound, from ?? .min)
        let upper = min(bounds.upperBound, until ?? .max)
        guard lower <= upper else { return false }
        bounds = lower...upper
        return true
    }

    /// Goes to the first row of the next chunk that has one.
    private func nextChunk() throws(BookProblem) {
        while !context.isLate {
            if let chunkRows, try chunkRows.step() {
                try read(chunkRows)
                if row < end { return }
            } else if try !nextSeries() {
                isAtEnd = true
                return
            }
        }
        throw QueryProblem.refused("the query ran too long.", "Ask for less at a time.")
    }

    private func nextSeries() throws(BookProblem) -> Bool {
        guard let seriesRows, try seriesRows.step() else { return false }
        guard let statistic = SeriesStatistic(rawValue: seriesRows.text(3)),
            let origin = SeriesOrigin(rawValue: seriesRows.text(5)), let span = ChunkSpan(rawValue: seriesRows.text(6))
        else {
            throw BookProblem(
                .newerSchema, place: "series", message: "series \(seriesRows.integer(0)) is of a kind unknown here.",
                remedy: "Open this folder with the program that wrote it.")
        }
        let id = seriesRows.integer(0)
        series = (
            id,
            SeriesKey(
                station: StationID(seriesRows.text(1)), parameter: ParameterID(seriesRows.text(2)),
                statistic: statistic, window: Duration64(milliseconds: seriesRows.integer(4)), origin: origin)
        )
        if chunkRows == nil {
            chunkRows = try InnerStatement(
                context.connection,
                "SELECT span_start, payload FROM chunks WHERE id >= ? AND id < ? ORDER BY id")
        }
        let first = span.interval(holding: Instant(milliseconds: bounds.lowerBound)).start.milliseconds
        chunkRows?.reset()
        chunkRows?.bind(1, ChunkRow.id(id, first))
        // The greatest bound is no instant that could be passed.
        let end = bounds.upperBound == .max ? .max : bounds.upperBound + 1
        chunkRows?.bind(2, ChunkRow.id(id, notBefore: end))
        return true
    }

    private func read(_ statement: InnerStatement) throws(BookProblem) {
        span = statement.integer(0)
        do throws(ChunkProblem) { try chunk.decode(statement.bytes(1)) } catch {
            throw damagedChunk(series?.key.canonicalText ?? "", span, error)
        }
        if !context.hidden.isEmpty, chunk.sequence.contains(where: context.hidden.contains) {
            chunk = chunk.without(context.hidden)
        }
        row = chunk.firstRow(from: bounds.lowerBound)
        end = chunk.firstRow(from: bounds.upperBound + 1)
        if needsMarks { mark() }
    }

    /// Takes the marks from the current view, which is where the rule stands.
    private func mark() {
        // The everyday case: one version a start.
        if row >= end || (row + 1..<max(end, row + 1)).allSatisfy({ chunk.start[$0] > chunk.start[$0 - 1] }) {
            marks = Array(repeating: (true, false), count: chunk.count)
            return
        }
        var view = CurrentView()
        let shown = Interval(
            start: Instant(milliseconds: bounds.lowerBound), end: Instant(milliseconds: bounds.upperBound + 1))
        view.append(chunk, over: shown)
        marks = Array(repeating: (false, false), count: chunk.count)
        var version = row
        for current in 0..<view.count {
            var isMarked = false
            while version < end, chunk.start[version] == view.start[current] {
                let isIt =
                    !isMarked && !view.isDisputed[current] && chunk.sequence[version] == view.sequence[current]
                    && chunk.qualifier[version] == view.qualifier[current]
                    && chunk.mantissa[version] == view.mantissa[current]
                    && chunk.exponent[version] == view.exponent[current]
                    && chunk.flagTable[Int(chunk.flag[version])] == view.flagTable[Int(view.flag[current])]
                marks[version] = (isIt, view.isDisputed[current])
                isMarked = isMarked || isIt
                version += 1
            }
        }
    }

    /// Hands a column of the present row to SQLite.
    func give(_ column: Int32, to result: OpaquePointer?) {
        guard let key = series?.key, let column = ObservationsColumn(rawValue: column) else {
            return sqlite3_result_null(result)
        }
        let isMissing = chunk.qualifier[row] == Qualifier.missing.rawValue
        switch column {
        case .station: Self.give(key.station.rawValue, result)
        case .parameter: Self.give(key.parameter.rawValue, result)
        case .statistic: Self.give(key.statistic.rawValue, result)
        case .window: sqlite3_result_int64(result, key.window.milliseconds / 1_000)
        case .origin: Self.give(key.origin.rawValue, result)
        case .startMilliseconds: sqlite3_result_int64(result, chunk.start[row])
        case .start: Self.give(Instant(milliseconds: chunk.start[row]).iso8601(at: .utc), result)
        case .value: if isMissing { sqlite3_result_null(result) } else { Self.give(value.description, result) }
        case .valueReal:
            if isMissing { sqlite3_result_null(result) } else { sqlite3_result_double(result, value.approximate) }
        case .qualifier: Self.give(chunk.qualifier[row] == 1 ? "<" : chunk.qualifier[row] == 2 ? ">" : "", result)
        case .flag: Self.give(chunk.flagTable[Int(chunk.flag[row])], result)
        case .isCurrent: sqlite3_result_int(result, needsMarks && marks[row].isCurrent ? 1 : 0)
        case .isDisputed: sqlite3_result_int(result, needsMarks && marks[row].isDisputed ? 1 : 0)
        case .batchSequence:
            sqlite3_result_int64(result, context.batchOfAdmission[chunk.sequence[row]] ?? chunk.sequence[row])
        case .admissionSequence:
            let isAdmitted = context.batchOfAdmission[chunk.sequence[row]] != nil
            if isAdmitted { sqlite3_result_int64(result, chunk.sequence[row]) } else { sqlite3_result_null(result) }
        case .seriesID: sqlite3_result_int64(result, series?.id ?? 0)
        }
    }

    private var value: ExactDecimal { ExactDecimal(mantissa: chunk.mantissa[row], exponent: chunk.exponent[row]) }

    private static func give(_ text: String, _ result: OpaquePointer?) {
        var text = text
        text.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { bytes in
                // SQLITE_TRANSIENT: SQLite copies the text.
                sqlite3_result_text(
                    result, bytes.baseAddress, Int32(bytes.count), unsafeBitCast(-1, to: sqlite3_destructor_type.self))
            }
        }
    }
}
