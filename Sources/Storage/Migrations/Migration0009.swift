// The ninth schema: records of the checks of instruments. Never edited after release.

/// Creates the tables of filings and their records. Effect: none on what is stored.
let migration0009 = """
    -- A document of instrument checks (质控记录) as somebody filed it. Times are UTC milliseconds.
    CREATE TABLE instrument_filings (
        seq INTEGER PRIMARY KEY REFERENCES log (seq),
        id TEXT NOT NULL UNIQUE,
        issuer TEXT NOT NULL,
        number TEXT NOT NULL,
        person TEXT NOT NULL,
        filed_at INTEGER NOT NULL
    );

    -- Its records in the order of the document; numbers are decimals as written, NULL where the document has none.
    CREATE TABLE instrument_records (
        filing_seq INTEGER NOT NULL REFERENCES instrument_filings (seq),
        row INTEGER NOT NULL,
        station TEXT NOT NULL,
        parameter TEXT NOT NULL,
        kind TEXT NOT NULL,
        at INTEGER NOT NULL,
        result TEXT,
        reference TEXT,
        span TEXT,
        lower_limit TEXT,
        upper_limit TEXT,
        PRIMARY KEY (filing_seq, row)
    ) WITHOUT ROWID;
    CREATE INDEX instrument_records_by_station ON instrument_records (station, at);
    """

/// Tables of the ninth schema that only grow.
package let instrumentTables = ["instrument_filings", "instrument_records"]

/// The triggers of `instrumentTables`.
let migration0009Triggers = instrumentTables.map { table in
    """
    CREATE TRIGGER \(table)_refuses_update BEFORE UPDATE ON \(table)
    BEGIN SELECT RAISE(ABORT, '\(table) only grows: corrections are new rows'); END;
    CREATE TRIGGER \(table)_refuses_delete BEFORE DELETE ON \(table)
    BEGIN SELECT RAISE(ABORT, '\(table) only grows: corrections are new rows'); END;
    """
}.joined(separator: "\n")
