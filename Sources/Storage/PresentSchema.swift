// The schema of the book as a new folder has it, as SQL: what the migrations lead to, in one piece.

/// All tables, indexes and triggers of the present schema.
///
/// A new book is made from this and not through every earlier schema, which takes three times as long. That it is the
/// same, the test of a book of the first schema tells: both must come to `fixtures/storage/schema.sql`.
let presentSchema = """
    CREATE TABLE meta (
        key TEXT NOT NULL PRIMARY KEY,
        value TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE segments (
        number INTEGER PRIMARY KEY,
        byte_count INTEGER NOT NULL CHECK (byte_count >= 0),
        is_sealed INTEGER NOT NULL DEFAULT 0 CHECK (is_sealed IN (0, 1))
    );
    CREATE TABLE archive_tail (
        number INTEGER PRIMARY KEY,
        segment INTEGER NOT NULL,
        segment_offset INTEGER NOT NULL,
        byte_count INTEGER NOT NULL,
        bytes BLOB NOT NULL
    );
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
    CREATE TABLE alert_events (
        seq INTEGER PRIMARY KEY REFERENCES log (seq),
        alert_id TEXT NOT NULL,
        at INTEGER NOT NULL,
        kind TEXT NOT NULL,
        state TEXT NOT NULL,
        subject TEXT,
        payload TEXT NOT NULL
    );
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
    CREATE TABLE postings (
        run_id TEXT NOT NULL REFERENCES runs (run_id),
        entry TEXT NOT NULL,
        line INTEGER NOT NULL,
        account TEXT NOT NULL,
        currency TEXT NOT NULL,
        minor_units INTEGER NOT NULL,
        PRIMARY KEY (run_id, entry, line)
    ) WITHOUT ROWID;
    CREATE TABLE senders (
        seq INTEGER PRIMARY KEY REFERENCES log (seq),
        sender TEXT NOT NULL,
        speaks_for_all INTEGER NOT NULL CHECK (speaks_for_all IN (0, 1))
    );
    CREATE TABLE sender_stations (
        sender_seq INTEGER NOT NULL REFERENCES senders (seq),
        station TEXT NOT NULL,
        PRIMARY KEY (sender_seq, station)
    ) WITHOUT ROWID;
    CREATE TABLE sender_tokens (
        seq INTEGER PRIMARY KEY REFERENCES log (seq),
        sender TEXT NOT NULL,
        digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
        expires_at INTEGER
    );
    CREATE TABLE sender_retirements (
        seq INTEGER PRIMARY KEY REFERENCES log (seq),
        sender TEXT NOT NULL,
        token_seq INTEGER REFERENCES sender_tokens (seq)
    );
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
    CREATE TABLE notice_parameters (
        notice_seq INTEGER NOT NULL REFERENCES notices (seq),
        parameter TEXT NOT NULL,
        PRIMARY KEY (notice_seq, parameter)
    ) WITHOUT ROWID;
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
    CREATE TABLE batch_documents (
        batch_seq INTEGER NOT NULL REFERENCES log (seq),
        ordinal INTEGER NOT NULL,
        issuer TEXT NOT NULL,
        number TEXT NOT NULL,
        row_count INTEGER NOT NULL,
        PRIMARY KEY (batch_seq, ordinal)
    ) WITHOUT ROWID;
    CREATE TABLE "log" (
        seq INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        kind TEXT NOT NULL,
        payload TEXT NOT NULL,
        payload_digest BLOB NOT NULL CHECK (length(payload_digest) = 32),
        previous_hash BLOB NOT NULL CHECK (length(previous_hash) = 32),
        hash BLOB NOT NULL CHECK (length(hash) = 32)
    );
    CREATE TABLE detector_states (
        section TEXT NOT NULL,
        station TEXT NOT NULL,
        position INTEGER NOT NULL,
        basis BLOB NOT NULL CHECK (length(basis) = 32),
        reading_count INTEGER NOT NULL CHECK (reading_count >= 0),
        state BLOB NOT NULL,
        PRIMARY KEY (section, station, position)
    ) WITHOUT ROWID;
    CREATE TABLE detector_work (
        station TEXT NOT NULL PRIMARY KEY,
        first_start INTEGER NOT NULL,
        last_start INTEGER NOT NULL CHECK (last_start >= first_start)
    ) WITHOUT ROWID;
    CREATE TABLE "series" (
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
    CREATE TABLE "batches" (
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
    CREATE TABLE admissions (
        seq INTEGER PRIMARY KEY REFERENCES log (seq),
        settled_seq INTEGER NOT NULL REFERENCES log (seq),
        batch_seq INTEGER NOT NULL REFERENCES batches (seq),
        station TEXT,
        person TEXT NOT NULL,
        reason TEXT NOT NULL,
        admitted_at INTEGER NOT NULL,
        accepted_count INTEGER NOT NULL,
        duplicate_count INTEGER NOT NULL,
        conflict_count INTEGER NOT NULL,
        rejected_count INTEGER NOT NULL,
        quarantined_count INTEGER NOT NULL
    , reading TEXT CHECK (reading = 'complete' OR reading = 'partial'));
    CREATE TABLE admissions_begun (
        seq INTEGER PRIMARY KEY REFERENCES log (seq),
        batch_seq INTEGER NOT NULL REFERENCES batches (seq),
        station TEXT,
        person TEXT NOT NULL,
        reason TEXT NOT NULL,
        admitted_at INTEGER NOT NULL
    , reading TEXT CHECK (reading = 'complete' OR reading = 'partial'));
    CREATE TABLE instrument_filings (
        seq INTEGER PRIMARY KEY REFERENCES log (seq),
        id TEXT NOT NULL UNIQUE,
        issuer TEXT NOT NULL,
        number TEXT NOT NULL,
        person TEXT NOT NULL,
        filed_at INTEGER NOT NULL
    );
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
    CREATE TABLE batch_repeats (
        seq INTEGER PRIMARY KEY REFERENCES log (seq),
        batch_seq INTEGER NOT NULL REFERENCES log (seq),
        sender TEXT NOT NULL,
        name TEXT NOT NULL,
        received_at INTEGER NOT NULL,
        sent_at INTEGER
    );
    CREATE TABLE "chunks" (
        id INTEGER PRIMARY KEY,
        row_count INTEGER NOT NULL,
        digest BLOB NOT NULL CHECK (length(digest) = 32),
        payload BLOB NOT NULL,
        series_id INTEGER NOT NULL GENERATED ALWAYS AS (id >> 22) VIRTUAL,
        span_start INTEGER NOT NULL GENERATED ALWAYS AS (((id & 4194303) - 719162) * 86400000) VIRTUAL
    );
    CREATE INDEX alert_events_by_alert ON alert_events (alert_id, seq);
    CREATE INDEX alerts_by_opening ON alerts (opened_at, id);
    CREATE INDEX runs_by_agreement ON runs (agreement_id, period_from, log_seq);
    CREATE INDEX senders_by_name ON senders (sender, seq);
    CREATE INDEX notices_by_station ON notices (station, interval_from);
    CREATE INDEX hole_marks_by_series ON hole_marks (series_key, interval_from);
    CREATE INDEX batch_documents_by_number ON batch_documents (number);
    CREATE UNIQUE INDEX series_by_station ON series (station, parameter, statistic, window_ms, origin);
    CREATE UNIQUE INDEX batches_in_slices ON batches (settled_seq) WHERE settled_seq <> seq;
    CREATE INDEX admissions_by_batch ON admissions (batch_seq, seq);
    CREATE INDEX batches_with_quarantine ON batches (quarantined_count) WHERE quarantined_count > 0;
    CREATE INDEX instrument_records_by_station ON instrument_records (station, at);
    CREATE UNIQUE INDEX batch_repeats_by_batch ON batch_repeats (batch_seq, sender);
    CREATE TRIGGER rejections_refuses_update BEFORE UPDATE ON rejections
    BEGIN SELECT RAISE(ABORT, 'rejections only grows: corrections are new rows'); END;
    CREATE TRIGGER rejections_refuses_delete BEFORE DELETE ON rejections
    BEGIN SELECT RAISE(ABORT, 'rejections only grows: corrections are new rows'); END;
    CREATE TRIGGER quarantine_refuses_update BEFORE UPDATE ON quarantine
    BEGIN SELECT RAISE(ABORT, 'quarantine only grows: corrections are new rows'); END;
    CREATE TRIGGER quarantine_refuses_delete BEFORE DELETE ON quarantine
    BEGIN SELECT RAISE(ABORT, 'quarantine only grows: corrections are new rows'); END;
    CREATE TRIGGER stations_provisional_refuses_update BEFORE UPDATE ON stations_provisional
    BEGIN SELECT RAISE(ABORT, 'stations_provisional only grows: corrections are new rows'); END;
    CREATE TRIGGER stations_provisional_refuses_delete BEFORE DELETE ON stations_provisional
    BEGIN SELECT RAISE(ABORT, 'stations_provisional only grows: corrections are new rows'); END;
    CREATE TRIGGER alert_events_refuses_update BEFORE UPDATE ON alert_events
    BEGIN SELECT RAISE(ABORT, 'alert_events only grows: corrections are new rows'); END;
    CREATE TRIGGER alert_events_refuses_delete BEFORE DELETE ON alert_events
    BEGIN SELECT RAISE(ABORT, 'alert_events only grows: corrections are new rows'); END;
    CREATE TRIGGER runs_refuses_update BEFORE UPDATE ON runs
    BEGIN SELECT RAISE(ABORT, 'runs only grows: corrections are new rows'); END;
    CREATE TRIGGER runs_refuses_delete BEFORE DELETE ON runs
    BEGIN SELECT RAISE(ABORT, 'runs only grows: corrections are new rows'); END;
    CREATE TRIGGER postings_refuses_update BEFORE UPDATE ON postings
    BEGIN SELECT RAISE(ABORT, 'postings only grows: corrections are new rows'); END;
    CREATE TRIGGER postings_refuses_delete BEFORE DELETE ON postings
    BEGIN SELECT RAISE(ABORT, 'postings only grows: corrections are new rows'); END;
    CREATE TRIGGER senders_refuses_update BEFORE UPDATE ON senders
    BEGIN SELECT RAISE(ABORT, 'senders only grows: corrections are new rows'); END;
    CREATE TRIGGER senders_refuses_delete BEFORE DELETE ON senders
    BEGIN SELECT RAISE(ABORT, 'senders only grows: corrections are new rows'); END;
    CREATE TRIGGER sender_stations_refuses_update BEFORE UPDATE ON sender_stations
    BEGIN SELECT RAISE(ABORT, 'sender_stations only grows: corrections are new rows'); END;
    CREATE TRIGGER sender_stations_refuses_delete BEFORE DELETE ON sender_stations
    BEGIN SELECT RAISE(ABORT, 'sender_stations only grows: corrections are new rows'); END;
    CREATE TRIGGER sender_tokens_refuses_update BEFORE UPDATE ON sender_tokens
    BEGIN SELECT RAISE(ABORT, 'sender_tokens only grows: corrections are new rows'); END;
    CREATE TRIGGER sender_tokens_refuses_delete BEFORE DELETE ON sender_tokens
    BEGIN SELECT RAISE(ABORT, 'sender_tokens only grows: corrections are new rows'); END;
    CREATE TRIGGER sender_retirements_refuses_update BEFORE UPDATE ON sender_retirements
    BEGIN SELECT RAISE(ABORT, 'sender_retirements only grows: corrections are new rows'); END;
    CREATE TRIGGER sender_retirements_refuses_delete BEFORE DELETE ON sender_retirements
    BEGIN SELECT RAISE(ABORT, 'sender_retirements only grows: corrections are new rows'); END;
    CREATE TRIGGER notices_refuses_update BEFORE UPDATE ON notices
    BEGIN SELECT RAISE(ABORT, 'notices only grows: corrections are new rows'); END;
    CREATE TRIGGER notices_refuses_delete BEFORE DELETE ON notices
    BEGIN SELECT RAISE(ABORT, 'notices only grows: corrections are new rows'); END;
    CREATE TRIGGER notice_parameters_refuses_update BEFORE UPDATE ON notice_parameters
    BEGIN SELECT RAISE(ABORT, 'notice_parameters only grows: corrections are new rows'); END;
    CREATE TRIGGER notice_parameters_refuses_delete BEFORE DELETE ON notice_parameters
    BEGIN SELECT RAISE(ABORT, 'notice_parameters only grows: corrections are new rows'); END;
    CREATE TRIGGER notice_decisions_refuses_update BEFORE UPDATE ON notice_decisions
    BEGIN SELECT RAISE(ABORT, 'notice_decisions only grows: corrections are new rows'); END;
    CREATE TRIGGER notice_decisions_refuses_delete BEFORE DELETE ON notice_decisions
    BEGIN SELECT RAISE(ABORT, 'notice_decisions only grows: corrections are new rows'); END;
    CREATE TRIGGER hole_marks_refuses_update BEFORE UPDATE ON hole_marks
    BEGIN SELECT RAISE(ABORT, 'hole_marks only grows: corrections are new rows'); END;
    CREATE TRIGGER hole_marks_refuses_delete BEFORE DELETE ON hole_marks
    BEGIN SELECT RAISE(ABORT, 'hole_marks only grows: corrections are new rows'); END;
    CREATE TRIGGER batch_documents_refuses_update BEFORE UPDATE ON batch_documents
    BEGIN SELECT RAISE(ABORT, 'batch_documents only grows: corrections are new rows'); END;
    CREATE TRIGGER batch_documents_refuses_delete BEFORE DELETE ON batch_documents
    BEGIN SELECT RAISE(ABORT, 'batch_documents only grows: corrections are new rows'); END;
    CREATE TRIGGER log_refuses_update BEFORE UPDATE ON log
    BEGIN SELECT RAISE(ABORT, 'log only grows: corrections are new rows'); END;
    CREATE TRIGGER log_refuses_delete BEFORE DELETE ON log
    BEGIN SELECT RAISE(ABORT, 'log only grows: corrections are new rows'); END;
    CREATE TRIGGER series_refuses_update BEFORE UPDATE ON series
    BEGIN SELECT RAISE(ABORT, 'series only grows: corrections are new rows'); END;
    CREATE TRIGGER series_refuses_delete BEFORE DELETE ON series
    BEGIN SELECT RAISE(ABORT, 'series only grows: corrections are new rows'); END;
    CREATE TRIGGER batches_refuses_update BEFORE UPDATE ON batches
    BEGIN SELECT RAISE(ABORT, 'batches only grows: corrections are new rows'); END;
    CREATE TRIGGER batches_refuses_delete BEFORE DELETE ON batches
    BEGIN SELECT RAISE(ABORT, 'batches only grows: corrections are new rows'); END;
    CREATE TRIGGER admissions_refuses_update BEFORE UPDATE ON admissions
    BEGIN SELECT RAISE(ABORT, 'admissions only grows: corrections are new rows'); END;
    CREATE TRIGGER admissions_refuses_delete BEFORE DELETE ON admissions
    BEGIN SELECT RAISE(ABORT, 'admissions only grows: corrections are new rows'); END;
    CREATE TRIGGER instrument_filings_refuses_update BEFORE UPDATE ON instrument_filings
    BEGIN SELECT RAISE(ABORT, 'instrument_filings only grows: corrections are new rows'); END;
    CREATE TRIGGER instrument_filings_refuses_delete BEFORE DELETE ON instrument_filings
    BEGIN SELECT RAISE(ABORT, 'instrument_filings only grows: corrections are new rows'); END;
    CREATE TRIGGER instrument_records_refuses_update BEFORE UPDATE ON instrument_records
    BEGIN SELECT RAISE(ABORT, 'instrument_records only grows: corrections are new rows'); END;
    CREATE TRIGGER instrument_records_refuses_delete BEFORE DELETE ON instrument_records
    BEGIN SELECT RAISE(ABORT, 'instrument_records only grows: corrections are new rows'); END;
    CREATE TRIGGER batch_repeats_refuses_update BEFORE UPDATE ON batch_repeats
    BEGIN SELECT RAISE(ABORT, 'batch_repeats only grows: corrections are new rows'); END;
    CREATE TRIGGER batch_repeats_refuses_delete BEFORE DELETE ON batch_repeats
    BEGIN SELECT RAISE(ABORT, 'batch_repeats only grows: corrections are new rows'); END;
    """
