// The second schema: senders, what they may speak for, and the digests of their tokens. Never edited after release.

/// Creates the tables of senders; docs/data-file.md says what each is for.
let migration0002 = """
    -- Who may send over the network. A row is a statement; the last one of a sender holds.
    CREATE TABLE senders (
        seq INTEGER PRIMARY KEY REFERENCES log (seq),
        sender TEXT NOT NULL,
        speaks_for_all INTEGER NOT NULL CHECK (speaks_for_all IN (0, 1))
    );
    CREATE INDEX senders_by_name ON senders (sender, seq);

    CREATE TABLE sender_stations (
        sender_seq INTEGER NOT NULL REFERENCES senders (seq),
        station TEXT NOT NULL,
        PRIMARY KEY (sender_seq, station)
    ) WITHOUT ROWID;

    -- A token is known by the SHA-256 of its secret; the secret itself is nowhere.
    CREATE TABLE sender_tokens (
        seq INTEGER PRIMARY KEY REFERENCES log (seq),
        sender TEXT NOT NULL,
        digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
        expires_at INTEGER
    );

    -- The end of one token, or of a sender with all its tokens when token_seq is NULL.
    CREATE TABLE sender_retirements (
        seq INTEGER PRIMARY KEY REFERENCES log (seq),
        sender TEXT NOT NULL,
        token_seq INTEGER REFERENCES sender_tokens (seq)
    );
    """

private let senderTables = ["senders", "sender_stations", "sender_tokens", "sender_retirements"]

/// The triggers of the append-only tables of the second schema.
let migration0002Triggers = senderTables.map { table in
    """
    CREATE TRIGGER \(table)_refuses_update BEFORE UPDATE ON \(table)
    BEGIN SELECT RAISE(ABORT, '\(table) only grows: corrections are new rows'); END;
    CREATE TRIGGER \(table)_refuses_delete BEFORE DELETE ON \(table)
    BEGIN SELECT RAISE(ABORT, '\(table) only grows: corrections are new rows'); END;
    """
}.joined(separator: "\n")
