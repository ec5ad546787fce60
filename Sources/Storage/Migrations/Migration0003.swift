// The third schema: what people say of stations and holes, as records over intervals. Never edited after release.

/// Creates the tables of notices, the decisions on them, and the marks on holes.
let migration0003 = """
    -- Notices (报备) of operators, decisions of bureaus on them, and people's words on holes. Times are UTC milliseconds.
    -- They stand beside the observations and change none of them.

    CREATE TABLE notices (
        seq INTEGER PRIMARY KEY REFERENCES log (seq),
        id TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        station TEXT NOT NULL,
        interval_from INTEGER NOT NULL,
        interval_until INTEGER NOT NULL CHECK (interval_until > interval_from),
        person TEXT NOT NULL,
        reason TEXT NOT NULL,
        evidence TEXT NOT NULL,
        filed_at INTEGER NOT NULL
    );
    CREATE INDEX notices_by_station ON notices (station, interval_from);

    -- The parameters a notice is about; none at all means every parameter of the station.
    CREATE TABLE notice_parameters (
        notice_seq INTEGER NOT NULL REFERENCES notices (seq),
        parameter TEXT NOT NULL,
        PRIMARY KEY (notice_seq, parameter)
    ) WITHOUT ROWID;

    -- A side of the boundary decides once on each notice.
    CREATE TABLE notice_decisions (
        seq INTEGER PRIMARY KEY REFERENCES log (seq),
        notice_seq INTEGER NOT NULL REFERENCES notices (seq),
        verdict TEXT NOT NULL CHECK (verdict IN ('confirmed', 'refused')),
        region TEXT NOT NULL,
        side TEXT NOT NULL,
        person TEXT NOT NULL,
        reason TEXT NOT NULL,
        decided_at INTEGER NOT NULL,
        UNIQUE (notice_seq, side)
    );

    -- Series by key, not by row: a series that was never heard has no row.
    CREATE TABLE hole_marks (
        seq INTEGER PRIMARY KEY REFERENCES log (seq),
        series_key TEXT NOT NULL,
        interval_from INTEGER NOT NULL,
        interval_until INTEGER NOT NULL CHECK (interval_until > interval_from),
        mark TEXT NOT NULL CHECK (mark IN ('unrecoverable', 'recoverable')),
        region TEXT NOT NULL,
        side TEXT NOT NULL,
        person TEXT NOT NULL,
        reason TEXT NOT NULL,
        marked_at INTEGER NOT NULL
    );
    CREATE INDEX hole_marks_by_series ON hole_marks (series_key, interval_from);
    """

/// Tables of the third schema that only grow.
package let actTables = ["notices", "notice_parameters", "notice_decisions", "hole_marks"]

/// The triggers of `actTables`.
let migration0003Triggers = actTables.map { table in
    """
    CREATE TRIGGER \(table)_refuses_update BEFORE UPDATE ON \(table)
    BEGIN SELECT RAISE(ABORT, '\(table) only grows: corrections are new rows'); END;
    CREATE TRIGGER \(table)_refuses_delete BEFORE DELETE ON \(table)
    BEGIN SELECT RAISE(ABORT, '\(table) only grows: corrections are new rows'); END;
    """
}.joined(separator: "\n")
