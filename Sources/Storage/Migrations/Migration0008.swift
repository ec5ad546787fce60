// The eighth schema of the book, as SQL: rows kept aside that are taken after all. Never edited after release.

/// Adds the tables of admissions (隔离行准入). Effect: none on what is stored; nobody has admitted anything yet.
let migration0008 = """
    -- A person's act: rows of a batch that were kept aside are taken after all. seq is the position that the admission's
    -- versions carry, and the batch_seq of the rows in quarantine and rejections that it leaves behind; settled_seq that
    -- of its receipt. The newest admission of a batch says what of it still waits.
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
    );
    CREATE INDEX admissions_by_batch ON admissions (batch_seq, seq);
    CREATE INDEX batches_with_quarantine ON batches (quarantined_count) WHERE quarantined_count > 0;

    -- Large admissions that are committed in slices and not whole yet; their rows are in no view. Removed when they are.
    CREATE TABLE admissions_begun (
        seq INTEGER PRIMARY KEY REFERENCES log (seq),
        batch_seq INTEGER NOT NULL REFERENCES batches (seq),
        station TEXT,
        person TEXT NOT NULL,
        reason TEXT NOT NULL,
        admitted_at INTEGER NOT NULL
    );

    CREATE TRIGGER admissions_refuses_update BEFORE UPDATE ON admissions
    BEGIN SELECT RAISE(ABORT, 'admissions only grows: corrections are new rows'); END;
    CREATE TRIGGER admissions_refuses_delete BEFORE DELETE ON admissions
    BEGIN SELECT RAISE(ABORT, 'admissions only grows: corrections are new rows'); END;
    """
