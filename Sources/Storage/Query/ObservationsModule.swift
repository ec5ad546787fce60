// The table `observations` as SQLite sees it: an eponymous virtual table over the chunks, to read.

import GRDBSQLite

/// The columns, in the order of the declaration.
enum ObservationsColumn: Int32 {
    case station, parameter, statistic, window, origin, startMilliseconds, start, value, valueReal, qualifier, flag
    case isCurrent, isDisputed, batchSequence, seriesID, admissionSequence
}

/// A condition that spares reading: each takes at most one argument, in this order; `marks` takes none.
///
/// Each allows a superset of the rows that are asked for; SQLite tests every row again.
enum ObservationsTerm: Int, CaseIterable {
    case seriesID, station, parameter, statistic, window, origin
    case startFrom, startBefore, startUntil, startAt, textFrom, textUntil, textAt
    /// The columns is_current and is_disputed are asked for.
    case marks

    init?(column: Int32, operation: UInt8) {
        let isFrom = operation == SQLITE_INDEX_CONSTRAINT_GT || operation == SQLITE_INDEX_CONSTRAINT_GE
        let isUntil = operation == SQLITE_INDEX_CONSTRAINT_LT || operation == SQLITE_INDEX_CONSTRAINT_LE
        let isEqual = operation == SQLITE_INDEX_CONSTRAINT_EQ
        switch ObservationsColumn(rawValue: column) {
        case .seriesID where isEqual: self = .seriesID
        case .station where isEqual: self = .station
        case .parameter where isEqual: self = .parameter
        case .statistic where isEqual: self = .statistic
        case .window where isEqual: self = .window
        case .origin where isEqual: self = .origin
        case .startMilliseconds where isEqual: self = .startAt
        case .startMilliseconds where isFrom: self = .startFrom
        case .startMilliseconds where operation == SQLITE_INDEX_CONSTRAINT_LT: self = .startBefore
        case .startMilliseconds where isUntil: self = .startUntil
        case .start where isEqual: self = .textAt
        case .start where isFrom: self = .textFrom
        case .start where isUntil: self = .textUntil
        default: return nil
        }
    }

    var bit: Int32 { 1 << Int32(rawValue) }

    /// The share of the rows that the term leaves, guessed, so that SQLite joins from the side that says more.
    var share: Double {
        switch self {
        case .seriesID: 0.0005
        case .station: 0.01
        case .parameter: 0.1
        case .startAt, .textAt: 0.001
        case .startFrom, .startBefore, .startUntil, .textFrom, .textUntil: 0.2
        case .statistic, .window, .origin: 0.8
        case .marks: 1
        }
    }
}

/// The table of one connection; SQLite's part must come first.
private struct ObservationsTable {
    var base = sqlite3_vtab()
    let context: Unmanaged<QueryContext>
}

/// A cursor; SQLite's part must come first.
private struct ObservationsCursorBox {
    var base = sqlite3_vtab_cursor()
    let cursor: Unmanaged<ObservationsCursor>
}

enum ObservationsModule {
    static let declaration = """
        CREATE TABLE observations (station TEXT, parameter TEXT, statistic TEXT, window_s INTEGER, origin TEXT,
        start_ms INTEGER, start TEXT, value TEXT, value_real REAL, qualifier TEXT, flag TEXT, is_current INTEGER,
        is_disputed INTEGER, batch_seq INTEGER, series_id INTEGER, admission_seq INTEGER)
        """

    /// Lives as long as the program: connections keep the address. Never changed after it was made.
    nonisolated(unsafe) static let module: UnsafePointer<sqlite3_module> = {
        var module = sqlite3_module()
        module.xConnect = { connection, user, _, _, table, _ in
            let code = sqlite3_declare_vtab(connection, ObservationsModule.declaration)
            guard code == SQLITE_OK else { return code }
            let made = UnsafeMutablePointer<ObservationsTable>.allocate(capacity: 1)
            made.initialize(
                to: ObservationsTable(context: Unmanaged.passUnretained(QueryContext.of(user))))
            table?.pointee = UnsafeMutableRawPointer(made).assumingMemoryBound(to: sqlite3_vtab.self)
            return SQLITE_OK
        }
        module.xDisconnect = { table in
            UnsafeMutableRawPointer(table)?.assumingMemoryBound(to: ObservationsTable.self).deallocate()
            return SQLITE_OK
        }
        module.xBestIndex = { _, info in info.map(ObservationsModule.plan) ?? SQLITE_ERROR }
        module.xOpen = { table, cursor in
            guard let table else { return SQLITE_ERROR }
            let context = UnsafeMutableRawPointer(table).assumingMemoryBound(to: ObservationsTable.self).pointee.context
            let made = UnsafeMutablePointer<ObservationsCursorBox>.allocate(capacity: 1)
            made.initialize(
                to: ObservationsCursorBox(
                    cursor: Unmanaged.passRetained(ObservationsCursor(context.takeUnretainedValue()))))
            cursor?.pointee = UnsafeMutableRawPointer(made).assumingMemoryBound(to: sqlite3_vtab_cursor.self)
            return SQLITE_OK
        }
        module.xClose = { cursor in
            guard let cursor else { return SQLITE_OK }
            let box = UnsafeMutableRawPointer(cursor).assumingMemoryBound(to: ObservationsCursorBox.self)
            box.pointee.cursor.release()
            box.deallocate()
            return SQLITE_OK
        }
        module.xFilter = { cursor, plan, _, count, arguments in
            ObservationsModule.move(cursor) { cursor throws(BookProblem) in
                try cursor.filter(plan: plan, UnsafeBufferPointer(start: arguments, count: Int(count)))
            }
        }
        module.xNext = { cursor in
            ObservationsModule.move(cursor) { cursor throws(BookProblem) in try cursor.advance() }
        }
        module.xEof = { cursor in ObservationsModule.cursor(cursor).isAtEnd ? 1 : 0 }
        module.xColumn = { cursor, result, column in
            ObservationsModule.cursor(cursor).give(column, to: result)
            return SQLITE_OK
        }
        module.xRowid = { cursor, number in
            number?.pointee = ObservationsModule.cursor(cursor).rowNumber
            return SQLITE_OK
        }
        let place = UnsafeMutablePointer<sqlite3_module>.allocate(capacity: 1)
        place.initialize(to: module)
        return UnsafePointer(place)
    }()

    private static func cursor(_ pointer: UnsafeMutablePointer<sqlite3_vtab_cursor>?) -> ObservationsCursor {
        guard let pointer else { preconditionFailure("SQLite hands back the cursor it was given.") }
        return UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: ObservationsCursorBox.self).pointee.cursor
            .takeUnretainedValue()
    }

    /// Moves a cursor; a failure stops the query and is kept for its caller.
    private static func move(
        _ pointer: UnsafeMutablePointer<sqlite3_vtab_cursor>?,
        _ body: (ObservationsCursor) throws(BookProblem) -> Void
    ) -> Int32 {
        let cursor = cursor(pointer)
        if cursor.context.isLate { return SQLITE_INTERRUPT }
        do throws(BookProblem) {
            try body(cursor)
            return SQLITE_OK
        } catch {
            if cursor.context.isLate { return SQLITE_INTERRUPT }
            cursor.context.failure = error
            return SQLITE_ERROR
        }
    }

    /// Chooses the terms: the first usable condition of each kind.
    private static func plan(_ info: UnsafeMutablePointer<sqlite3_index_info>) -> Int32 {
        var places: [ObservationsTerm: Int] = [:]
        for place in 0..<Int(info.pointee.nConstraint) {
            let constraint = info.pointee.aConstraint[place]
            guard constraint.usable != 0,
                let term = ObservationsTerm(column: constraint.iColumn, operation: constraint.op),
                places[term] == nil, comparesBytes(info, place)
            else { continue }
            places[term] = place
        }
        var bits: Int32 = 0
        var rows = 10_000_000.0
        var argument: Int32 = 0
        for term in ObservationsTerm.allCases {
            guard let place = places[term] else { continue }
            argument += 1
            info.pointee.aConstraintUsage[place].argvIndex = argument
            bits |= term.bit
            rows *= term.share
        }
        let marks: UInt64 =
            1 << UInt64(ObservationsColumn.isCurrent.rawValue) | 1 << UInt64(ObservationsColumn.isDisputed.rawValue)
        if info.pointee.colUsed & marks != 0 { bits |= ObservationsTerm.marks.bit }
        info.pointee.idxNum = bits
        info.pointee.estimatedRows = max(1, Int64(rows))
        // Finding the series and the chunk costs as much as some hundred rows.
        info.pointee.estimatedCost = rows + 300
        return SQLITE_OK
    }

    /// Whether a condition compares texts byte by byte; `COLLATE NOCASE` finds rows that a lookup would miss.
    private static func comparesBytes(_ info: UnsafeMutablePointer<sqlite3_index_info>, _ place: Int) -> Bool {
        guard let name = sqlite3_vtab_collation(info, Int32(place)) else { return true }
        return sqlite3_stricmp(name, "BINARY") == 0
    }
}
