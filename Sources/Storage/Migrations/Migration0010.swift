// The tenth schema of the book, as SQL: who else sent a batch, and admissions that read rejected rows again. Never
// edited after release.

/// Adds the table of repeats and a column to admissions. Effect: none on what is stored; older repeats were not noted.
let migration0010 = """
    -- The bytes of a batch came from a sender other than its first: once for each sender. batch_seq is the position that
    -- the batch's versions carry.
    CREATE TABLE batch_repeats (
        seq INTEGER PRIMARY KEY REFERENCES log (seq),
        batch_seq INTEGER NOT NULL REFERENCES log (seq),
        sender TEXT NOT NULL,
        name TEXT NOT NULL,
        received_at INTEGER NOT NULL,
        sent_at INTEGER
    );
    CREATE UNIQUE INDEX batch_repeats_by_batch ON batch_repeats (batch_seq, sender);

    CREATE TRIGGER batch_repeats_refuses_update BEFORE UPDATE ON batch_repeats
    BEGIN SELECT RAISE(ABORT, 'batch_repeats only grows: corrections are new rows'); END;
    CREATE TRIGGER batch_repeats_refuses_delete BEFORE DELETE ON batch_repeats
    BEGIN SELECT RAISE(ABORT, 'batch_repeats only grows: corrections are new rows'); END;

    -- How far an admission that took up rejected rows too read the batch; NULL where it took waiting rows alone.
    ALTER TABLE admissions ADD COLUMN reading TEXT CHECK (reading = 'complete' OR reading = 'partial');
    ALTER TABLE admissions_begun ADD COLUMN reading TEXT CHECK (reading = 'complete' OR reading = 'partial');
    """
