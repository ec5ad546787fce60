// The fifth schema of the book, as SQL: the log and the batches with fewer indexes. Never edited after release.

/// Rebuilds the log and the batches. Effect: none on what is stored; a commit writes two pages less, one of them in a
/// random place of a growing index.
let migration0005 = """
    -- A hash binds its entry to all before it: that two are equal needs no index to be refused. settled_seq is seq for
    -- every batch that was committed whole; the few others have an index of their own.
    CREATE TABLE log_5 (
        seq INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        kind TEXT NOT NULL,
        payload TEXT NOT NULL,
        payload_digest BLOB NOT NULL CHECK (length(payload_digest) = 32),
        previous_hash BLOB NOT NULL CHECK (length(previous_hash) = 32),
        hash BLOB NOT NULL CHECK (length(hash) = 32)
    );
    INSERT INTO log_5 (seq, at, kind, payload, payload_digest, previous_hash, hash)
        SELECT seq, at, kind, payload, payload_digest, previous_hash, hash FROM log ORDER BY seq;
    DROP TABLE log;
    ALTER TABLE log_5 RENAME TO log;

    CREATE TABLE batches_5 (
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
    INSERT INTO batches_5 (seq, settled_seq, digest, name, sender, received_at, sent_at, byte_count, format, profile,
            state, segment, data_offset, row_count, accepted_count, duplicate_count, conflict_count, rejected_count,
            quarantined_count)
        SELECT seq, settled_seq, digest, name, sender, received_at, sent_at, byte_count, format, profile, state,
            segment, data_offset, row_count, accepted_count, duplicate_count, conflict_count, rejected_count,
            quarantined_count FROM batches ORDER BY seq;
    DROP TABLE batches;
    ALTER TABLE batches_5 RENAME TO batches;
    CREATE UNIQUE INDEX batches_in_slices ON batches (settled_seq) WHERE settled_seq <> seq;
    """

/// The triggers of the tables that the fifth schema rebuilds.
let migration0005Triggers = ["log", "batches"].map { table in
    """
    CREATE TRIGGER \(table)_refuses_update BEFORE UPDATE ON \(table)
    BEGIN SELECT RAISE(ABORT, '\(table) only grows: corrections are new rows'); END;
    CREATE TRIGGER \(table)_refuses_delete BEFORE DELETE ON \(table)
    BEGIN SELECT RAISE(ABORT, '\(table) only grows: corrections are new rows'); END;
    """
}.joined(separator: "\n")
