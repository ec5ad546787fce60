// The seventh schema of the book, as SQL: the same constraints in words that cost less. Never edited after release.

/// Rebuilds the series and the batches. Effect: none on what is stored; a new series writes a page less. SQLite builds a list of three words or more anew,
/// as a table of its own, for each row that it checks against it: half the cost of a new series.
let migration0007 = """
    CREATE TABLE series_7 (
        id INTEGER PRIMARY KEY,
        key TEXT NOT NULL,
        station TEXT NOT NULL,
        parameter TEXT NOT NULL,
        statistic TEXT NOT NULL,
        window_ms INTEGER NOT NULL,
        origin TEXT NOT NULL,
        span TEXT NOT NULL CHECK (span = 'day' OR span = 'month' OR span = 'year'),
        cadence_ms INTEGER,
        revises INTEGER NOT NULL CHECK (revises IN (0, 1))
    );
    INSERT INTO series_7 (id, key, station, parameter, statistic, window_ms, origin, span, cadence_ms, revises)
        SELECT id, key, station, parameter, statistic, window_ms, origin, span, cadence_ms, revises FROM series
        ORDER BY id;
    DROP TABLE series;
    ALTER TABLE series_7 RENAME TO series;
    -- One index in the place of two: what a series is called follows from these columns.
    CREATE UNIQUE INDEX series_by_station ON series (station, parameter, statistic, window_ms, origin);

    CREATE TABLE batches_7 (
        seq INTEGER PRIMARY KEY REFERENCES log (seq),
        settled_seq INTEGER NOT NULL REFERENCES log (seq),
        digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
        name TEXT NOT NULL,
        sender TEXT NOT NULL,
        received_at INTEGER NOT NULL,
        sent_at INTEGER,
        byte_count INTEGER NOT NULL,
        format TEXT,
        profile TEXT,
        state TEXT NOT NULL
            CHECK (state = 'incomplete' OR state = 'complete' OR state = 'partial' OR state = 'rejected'),
        segment INTEGER NOT NULL REFERENCES segments (number),
        data_offset INTEGER NOT NULL,
        row_count INTEGER NOT NULL,
        accepted_count INTEGER NOT NULL,
        duplicate_count INTEGER NOT NULL,
        conflict_count INTEGER NOT NULL,
        rejected_count INTEGER NOT NULL,
        quarantined_count INTEGER NOT NULL
    );
    INSERT INTO batches_7 (seq, settled_seq, digest, name, sender, received_at, sent_at, byte_count, format, profile,
            state, segment, data_offset, row_count, accepted_count, duplicate_count, conflict_count, rejected_count,
            quarantined_count)
        SELECT seq, settled_seq, digest, name, sender, received_at, sent_at, byte_count, format, profile, state,
            segment, data_offset, row_count, accepted_count, duplicate_count, conflict_count, rejected_count,
            quarantined_count FROM batches ORDER BY seq;
    DROP TABLE batches;
    ALTER TABLE batches_7 RENAME TO batches;
    CREATE UNIQUE INDEX batches_in_slices ON batches (settled_seq) WHERE settled_seq <> seq;
    """

/// The triggers of the tables that the seventh schema rebuilds.
let migration0007Triggers = ["series", "batches"].map { table in
    """
    CREATE TRIGGER \(table)_refuses_update BEFORE UPDATE ON \(table)
    BEGIN SELECT RAISE(ABORT, '\(table) only grows: corrections are new rows'); END;
    CREATE TRIGGER \(table)_refuses_delete BEFORE DELETE ON \(table)
    BEGIN SELECT RAISE(ABORT, '\(table) only grows: corrections are new rows'); END;
    """
}.joined(separator: "\n")
