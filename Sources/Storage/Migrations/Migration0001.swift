// The first schema of the book, as SQL. Never edited after release: changes are new migrations.

/// Creates the tables of the book; docs/data-file.md says what each is for.
let migration0001 = """
    -- The first schema: log, batches, observations in chunks, alerts, runs and postings.
    -- Times are UTC milliseconds; digests are 32 bytes; payload texts are JSON.

    CREATE TABLE meta (
        key TEXT NOT NULL PRIMARY KEY,
        value TEXT NOT NULL
    ) WITHOUT ROWID;

    -- Every act that changes what the book says, hash-chained over its payload.
    CREATE TABLE log (
        seq INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        kind TEXT NOT NULL,
        payload TEXT NOT NULL,
        payload_digest BLOB NOT NULL CHECK (length(payload_digest) = 32),
        previous_hash BLOB NOT NULL CHECK (length(previous_hash) = 32),
        hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32)
    );

    -- How far each archive file is acknowledged; bytes beyond are a torn tail and are cut off at open.
    CREATE TABLE segments (
        number INTEGER PRIMARY KEY,
        byte_count INTEGER NOT NULL CHECK (byte_count >= 0),
        is_sealed INTEGER NOT NULL DEFAULT 0 CHECK (is_sealed IN (0, 1))
    );

    -- seq is the position that the batch's versions carry, settled_seq that of its receipt: the same one, unless the
    -- batch was committed in slices and the log has an entry for its beginning too.
    CREATE TABLE batches (
        seq INTEGER PRIMARY KEY REFERENCES log (seq),
        settled_seq INTEGER NOT NULL UNIQUE REFERENCES log (seq),
        digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
        name TEXT NOT NULL,
        sender TEXT NOT NULL,
        received_at INTEGER NOT NULL,
        sent_at INTEGER,
        byte_count INTEGER NOT NULL,
        format TEXT,
        profile TEXT,
        state TEXT NOT NULL CHECK (state IN ('incomplete', 'complete', 'partial', 'rejected')),
        segment INTEGER NOT NULL REFERENCES segments (number),
        data_offset INTEGER NOT NULL,
        row_count INTEGER NOT NULL,
        accepted_count INTEGER NOT NULL,
        duplicate_count INTEGER NOT NULL,
        conflict_count INTEGER NOT NULL,
        rejected_count INTEGER NOT NULL,
        quarantined_count INTEGER NOT NULL
    );

    CREATE INDEX batches_in_slices ON batches (settled_seq) WHERE settled_seq <> seq;

    -- Large batches that are committed in slices and not whole yet; their rows are in no view. Removed when they are.
    CREATE TABLE batches_begun (
        seq INTEGER PRIMARY KEY REFERENCES log (seq),
        digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
        name TEXT NOT NULL,
        sender TEXT NOT NULL,
        received_at INTEGER NOT NULL,
        sent_at INTEGER,
        byte_count INTEGER NOT NULL,
        segment INTEGER NOT NULL REFERENCES segments (number),
        data_offset INTEGER NOT NULL
    );

    CREATE TABLE rejections (
        batch_seq INTEGER NOT NULL REFERENCES log (seq),
        ordinal INTEGER NOT NULL,
        row INTEGER NOT NULL,
        field TEXT NOT NULL,
        reason TEXT NOT NULL,
        excerpt TEXT NOT NULL,
        remedy TEXT NOT NULL,
        PRIMARY KEY (batch_seq, ordinal)
    ) WITHOUT ROWID;

    -- Rows kept aside until somebody decides; the reading's columns are filled where the row could be read.
    CREATE TABLE quarantine (
        batch_seq INTEGER NOT NULL REFERENCES log (seq),
        ordinal INTEGER NOT NULL,
        row INTEGER NOT NULL,
        field TEXT NOT NULL,
        reason TEXT NOT NULL,
        excerpt TEXT NOT NULL,
        remedy TEXT NOT NULL,
        series_key TEXT,
        start INTEGER,
        mantissa INTEGER,
        exponent INTEGER,
        qualifier INTEGER,
        flag TEXT,
        PRIMARY KEY (batch_seq, ordinal)
    ) WITHOUT ROWID;

    CREATE TABLE stations_provisional (
        station TEXT NOT NULL PRIMARY KEY,
        name TEXT NOT NULL,
        batch_seq INTEGER NOT NULL REFERENCES log (seq)
    ) WITHOUT ROWID;

    CREATE TABLE series (
        id INTEGER PRIMARY KEY,
        key TEXT NOT NULL UNIQUE,
        station TEXT NOT NULL,
        parameter TEXT NOT NULL,
        statistic TEXT NOT NULL,
        window_ms INTEGER NOT NULL,
        origin TEXT NOT NULL,
        span TEXT NOT NULL CHECK (span IN ('day', 'month', 'year')),
        cadence_ms INTEGER,
        revises INTEGER NOT NULL CHECK (revises IN (0, 1))
    );
    CREATE INDEX series_by_station ON series (station, parameter);

    -- The observations: one row a series and span, every version inside.
    CREATE TABLE chunks (
        series_id INTEGER NOT NULL REFERENCES series (id),
        span_start INTEGER NOT NULL,
        row_count INTEGER NOT NULL,
        digest BLOB NOT NULL CHECK (length(digest) = 32),
        payload BLOB NOT NULL,
        PRIMARY KEY (series_id, span_start)
    ) WITHOUT ROWID;

    CREATE TABLE alert_events (
        seq INTEGER PRIMARY KEY REFERENCES log (seq),
        alert_id TEXT NOT NULL,
        at INTEGER NOT NULL,
        kind TEXT NOT NULL,
        state TEXT NOT NULL,
        subject TEXT,
        payload TEXT NOT NULL
    );
    CREATE INDEX alert_events_by_alert ON alert_events (alert_id, seq);

    -- Where each alert stands: rebuilt from alert_events, never the only place of a fact.
    CREATE TABLE alerts (
        id TEXT NOT NULL PRIMARY KEY,
        kind TEXT NOT NULL,
        section TEXT NOT NULL,
        parameter TEXT NOT NULL,
        station TEXT NOT NULL,
        opened_at INTEGER NOT NULL,
        changed_at INTEGER NOT NULL,
        state TEXT NOT NULL,
        payload TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX alerts_by_opening ON alerts (opened_at, id);

    CREATE TABLE runs (
        run_id TEXT NOT NULL PRIMARY KEY,
        agreement_id TEXT NOT NULL,
        period_from INTEGER NOT NULL,
        period_until INTEGER NOT NULL CHECK (period_until > period_from),
        kind TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        log_seq INTEGER NOT NULL UNIQUE REFERENCES log (seq),
        digest BLOB NOT NULL CHECK (length(digest) = 32),
        inputs_digest BLOB NOT NULL CHECK (length(inputs_digest) = 32),
        payload BLOB NOT NULL
    );
    CREATE INDEX runs_by_agreement ON runs (agreement_id, period_from, log_seq);

    CREATE TABLE postings (
        run_id TEXT NOT NULL REFERENCES runs (run_id),
        entry TEXT NOT NULL,
        line INTEGER NOT NULL,
        account TEXT NOT NULL,
        currency TEXT NOT NULL,
        minor_units INTEGER NOT NULL,
        PRIMARY KEY (run_id, entry, line)
    ) WITHOUT ROWID;
    """

/// Tables that only grow: each refuses update and delete, in the file itself.
package let appendOnlyTables = [
    "log", "series", "batches", "rejections", "quarantine", "stations_provisional", "alert_events", "runs",
    "postings",
]

/// The triggers of the append-only tables of the first schema.
let migration0001Triggers = appendOnlyTables.map { table in
    """
    CREATE TRIGGER \(table)_refuses_update BEFORE UPDATE ON \(table)
    BEGIN SELECT RAISE(ABORT, '\(table) only grows: corrections are new rows'); END;
    CREATE TRIGGER \(table)_refuses_delete BEFORE DELETE ON \(table)
    BEGIN SELECT RAISE(ABORT, '\(table) only grows: corrections are new rows'); END;
    """
}.joined(separator: "\n")
